"""Notify, with a text, a message, a letter, a call and a calendar feed of each organisation."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
from pydantic import SecretStr

from chassis.app import create_app
from contracts.events import InvoiceIssued
from services.notify.main import SERVICE
from services.notify.settings import Settings
from tests.isolation.ground import Ground, Ids
from tests.services.notify.actions.speaking import a_context, a_quote_context
from tests.services.notify.requests import A_PDF, NOON
from tests.support.lent import Pool
from tests.support.tokens import Keys

TEXT = {"subject": "Reminder", "text": "Please pay.", "about": "receivable"}


def _context(ids: Ids) -> dict[str, Any]:
    facts = {name: ids[name] for name in ("invoice_id", "number", "organisation", "scenario")}
    customer = {"customer_id": ids["customer_id"], "kind": "professional", "language": "fr", "country": "FR"}
    contact = {"customer_id": ids["customer_id"]}
    return a_context(receivable=facts | {"customer": customer}, contact=contact) | {"today": NOON.date().isoformat()}


def _action(ids: Ids) -> dict[str, Any]:
    return {"key": ids["key"], "template": ids["template"], "at": NOON.isoformat(), "context": _context(ids)}


def _message(ids: Ids) -> dict[str, Any]:
    file = {"filename": "F.pdf", "content": base64.b64encode(A_PDF).decode()}
    return _action(ids) | {"recipient": "a@customer.example", "thread": ids["thread"], "attachments": [file]}


def _quoted(ids: Ids) -> dict[str, Any]:
    """About a quote, which has ids of its own."""
    context = a_quote_context()
    context["quote"] |= {"quote_id": ids["quote_id"], "organisation": ids["organisation"]}
    return context


def _receivable(ids: Ids) -> dict[str, Any]:
    """Of their own organisation, as its mender would send it."""
    customer = InvoiceIssued.example["customer"] | {"customer_id": ids["customer_id"]}
    facts = {name: ids[name] for name in ("invoice_id", "number", "organisation", "scenario")}
    return InvoiceIssued.example | facts | {"customer": customer, "version": 9}


BODIES: dict[tuple[str, str], Any] = {
    ("put", "/templates/{key}/{language}"): lambda ids: TEXT,
    **{
        ("post", f"/templates/{{key}}/{end}"): (
            lambda ids: {"language": "fr", "context": _context(ids)},
            lambda ids: {"language": "fr", "context": _quoted(ids)},
        )
        for end in ("preview", "preview.pdf", "tests")
    },
    ("post", "/messages"): (_message, lambda ids: _message(ids) | {"context": _quoted(ids)}),
    ("post", "/letters"): (_action, lambda ids: _action(ids) | {"context": _quoted(ids)}),
    ("post", "/tasks"): (
        lambda ids: _action(ids) | {"assignee": ids["assignee"], "due_on": "2026-04-02"},
        lambda ids: _action(ids) | {"assignee": "lea", "due_on": "2026-04-02", "context": _quoted(ids)},
    ),
    ("post", "/messages/{message_id}/settle"): lambda ids: {"outcome": "sent", "note": "seen"},
    ("post", "/messages/{message_id}/look-after"): lambda ids: {"note": "called them"},
    ("post", "/letters/{letter_id}/posted"): lambda ids: {"posted_on": "2026-02-09", "tracking_number": "1A"},
    ("post", "/tasks/{task_id}/complete"): lambda ids: {"outcome": "other", "note": "spoken"},
    ("put", "/heard-receivables/{invoice_id}"): _receivable,
    ("post", "/calendar-feed"): lambda ids: {"assignee": ids["assignee"]},
}

TOLD = frozenset({"invoice_id", "quote_id", "customer_id", "organisation", "number", "scenario"})
"""Of the invoice or the quote that the caller tells of: notify asks nobody."""


@asynccontextmanager
async def notify(
    dsn: str, keys: Keys, pool: Pool, nats_url: str, smtp_port: int, jwks: str = ""
) -> AsyncIterator[Ground]:
    settings = Settings(
        database_url=SecretStr(dsn), auth_jwks=jwks or str(keys.jwks), nats_url=nats_url, smtp_port=smtp_port,
        template_workers=1,
    )  # fmt: skip
    app = create_app(SERVICE, settings)
    app.state.now = lambda: NOON
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://notify", timeout=60) as client,
    ):
        pool.lend(app.state.renderer, app.state.press.letters, app.state.press.batches)
        fixed = {"language": "fr", "version": "1", "day": f"{NOON:%Y-%m-%d}"}
        yield Ground("notify", app, client, keys, BODIES, fixed, TOLD)


async def plant(ground: Ground, organisation: str) -> None:
    """`template` is a text that the organisation wrote itself, under a key of its own."""
    key = f"text-of-{organisation}"
    written = TEXT | {"text": f"Please pay {organisation}."}
    for _ in range(2):
        await ground.do(organisation, "PUT", f"/templates/{key}/fr", written)
    ids = {
        "invoice_id": str(uuid4()), "number": f"F-{organisation}", "customer_id": str(uuid4()),
        "quote_id": str(uuid4()), "organisation": organisation, "scenario": f"scenario-of-{organisation}",
        "template": key, "thread": f"thread-of-{organisation}", "assignee": f"assignee-of-{organisation}",
        "templates.key": key,
    }  # fmt: skip
    made = {}
    for kind, body in (("messages", _message), ("letters", _action), ("tasks", _action)):
        asked = body(ids | {"key": f"{kind}-of-{organisation}"})
        more = {"assignee": ids["assignee"], "due_on": "2026-04-02"} if kind == "tasks" else {}
        made[kind] = (await ground.do(organisation, "POST", f"/{kind}", asked | more))["evidence"]
    feed = await ground.do(organisation, "POST", "/calendar-feed", {"assignee": ids["assignee"]})
    messages = (await ground.do(organisation, "GET", "/messages"))["items"]
    ground.ids[organisation] = ids | {
        **{f"{kind}.key": f"{kind}-of-{organisation}" for kind in made},
        **{f"{path}.key": f"messages-of-{organisation}" for path in ("actions", "known-actions")},
        "owner": feed["feed"]["owner"],
        "message_id": messages[0]["id"],
        "letters.letter_id": made["letters"]["letter_id"],
        "task_id": made["tasks"]["task_id"],
    }

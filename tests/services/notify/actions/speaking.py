"""The words of these tests: what is asked of notify, and what it answers."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import httpx2
from fastapi import FastAPI
from pypdf import PdfReader
from sqlmodel import col, select

from chassis.auth import Role
from chassis.dates import business_day
from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded
from contracts.parties import Language
from services.notify.rendering.samples import Sample, sample_context
from tests.support.tokens import Keys

Body = dict[str, Any]

INVOICE = "0197f3c2-0000-7000-8000-000000000042"
POINTS_IN_A_MILLIMETRE = 72 / 25.4
PAGE_HEIGHT = 297.0


@dataclass(frozen=True)
class Notify:
    """Asks with the token of a role; a service unless told otherwise."""

    app: FastAPI
    client: httpx2.AsyncClient
    keys: Keys

    @classmethod
    @asynccontextmanager
    async def of(cls, app: FastAPI, keys: Keys) -> AsyncIterator["Notify"]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://notify", timeout=30) as client:
            yield cls(app, client, keys)

    async def post(
        self, path: str, body: Body, *, role: Role = Role.SERVICE, organisation: str = "demo"
    ) -> httpx2.Response:
        return await self.client.post(path, json=body, headers=self.keys.bearer(role, organisation=organisation))

    async def get(
        self, path: str, *, role: Role = Role.COLLECTOR, organisation: str = "demo", **query: str
    ) -> httpx2.Response:
        headers = self.keys.bearer(role, organisation=organisation)
        return await self.client.get(path, params=query, headers=headers)

    async def prepared(self, **changes: Any) -> Body:
        """The outcome of a letter that is prepared without trouble."""
        answer = await self.post("/letters", a_letter(**changes))
        assert answer.status_code == 201, answer.text
        outcome: Body = answer.json()
        return outcome

    async def opened(self, **changes: Any) -> Body:
        answer = await self.post("/tasks", a_task(**changes))
        assert answer.status_code == 201, answer.text
        outcome: Body = answer.json()
        return outcome

    async def pdf(self, outcome: Body) -> bytes:
        answer = await self.get(f"/letters/{outcome['evidence']['letter_id']}/pdf")
        assert answer.status_code == 200, answer.text
        return answer.content

    async def facts(self) -> list[str]:
        """The types of the facts recorded so far, in their order."""
        async with self.app.state.sessions() as session:
            query = select(OutboxMessage.subject).where(col(OutboxMessage.subject) != AuditRecorded.type)
            return list((await session.exec(query.order_by(col(OutboxMessage.position)))).all())


def a_context(
    sample: Sample = Sample.PROFESSIONAL,
    *,
    language: Language = Language.FRENCH,
    receivable: Body | None = None,
    contact: Body | None = None,
) -> Body:
    context: Body = sample_context("receivable", sample, language).model_dump(mode="json")
    context |= {"step": "formal-notice", "today": "2026-04-01", "days_late": 60}
    context["receivable"] |= receivable or {}
    context["receivable"]["contact"] |= contact or {}
    return context


def a_quote_context() -> Body:
    context: Body = sample_context("quote", Sample.PROFESSIONAL, Language.FRENCH).model_dump(mode="json")
    return context


def a_letter(
    key: str = f"{INVOICE}:standard:formal-notice:1",
    *,
    template: str = "formal-notice",
    at: str = "2026-04-01T07:00:00Z",
    context: Body | None = None,
    today: str = "",
) -> Body:
    """`today` in the calendar of an organisation that is not in Paris."""
    day = today or business_day(datetime.fromisoformat(at)).isoformat()
    return {"key": key, "template": template, "at": at, "context": (context or a_context()) | {"today": day}}


def a_task(
    key: str = f"{INVOICE}:standard:call:1",
    *,
    assignee: str = "collector",
    due_on: str = "2026-04-01",
    context: Body | None = None,
) -> Body:
    at = "2026-04-01T07:00:00Z"
    return {"key": key, "assignee": assignee, "due_on": due_on, "at": at, "context": context or a_context()}


@dataclass(frozen=True)
class Words:
    """A run of text and where it stands, in millimetres from the left and from the top of the sheet."""

    text: str
    left: float
    baseline: float


def words_of(pdf: bytes, page: int = 0) -> list[Words]:
    found: list[Words] = []

    def see(text: str, ctm: list[float], tm: list[float], *_: object) -> None:
        x = tm[4] * ctm[0] + tm[5] * ctm[2] + ctm[4]
        y = tm[4] * ctm[1] + tm[5] * ctm[3] + ctm[5]
        if text.strip():
            found.append(Words(text.strip(), x / POINTS_IN_A_MILLIMETRE, PAGE_HEIGHT - y / POINTS_IN_A_MILLIMETRE))

    PdfReader(BytesIO(pdf)).pages[page].extract_text(visitor_text=see)
    return found


def text_of(pdf: bytes) -> str:
    """The text of every page on one line, spaces made plain."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text)


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)

"""Quotes, with a sent quote, its link and a pipeline of each organisation; customers are in a real billing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.app import create_app
from services.quotes.main import SERVICE
from services.quotes.settings import QuotesSettings
from tests.isolation.ground import Ground, Ids
from tests.services.billing.office import SELLER, a_customer
from tests.services.quotes.shop import a_line
from tests.support.lent import Pool
from tests.support.serving import served
from tests.support.tokens import Keys


def _draft(ids: Ids) -> dict[str, Any]:
    return {"customer_id": ids["customer_id"], "lines": [a_line() | {"id": ids["id"]}], "subject": "Work"}


def _pipeline(stage: str) -> dict[str, Any]:
    kinds = ("open", "open", "sent", "won", "lost")
    keys = ("new", stage, "sent", "won", "lost")
    named = [{"key": key, "names": {"fr": key, "en": key}, "kind": kind} for key, kind in zip(keys, kinds, strict=True)]
    return {"stages": named}


BODIES: dict[tuple[str, str], Any] = {
    ("post", "/quotes"): _draft,
    ("put", "/quotes/{quote_id}"): _draft,
    ("put", "/quotes/{quote_id}/stage"): lambda ids: {"stage": ids["stage"]},
    ("post", "/quotes/{quote_id}/accept"): lambda ids: {"name": "Anne"},
    ("post", "/quotes/{quote_id}/refuse"): lambda ids: {"reason": "too dear"},
    ("post", "/quotes/accepted/tell-again"): lambda ids: {"since": "2020-01-01T00:00:00Z"},
    ("put", "/pipeline"): lambda ids: _pipeline(ids["key"]),
}


@asynccontextmanager
async def quotes(
    dsn: str, keys: Keys, pool: Pool, nats_url: str, billing: FastAPI, jwks: str = ""
) -> AsyncIterator[Ground]:
    async with served(billing) as address:
        settings = QuotesSettings(
            database_url=SecretStr(dsn), auth_jwks=jwks or str(keys.jwks), signing_key=keys.private, nats_url=nats_url,
            billing_url=address,
        )  # fmt: skip
        app = create_app(SERVICE, settings)
        transport = httpx2.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://quotes", timeout=60) as client,
        ):
            pool.lend(app.state.desk.printer)
            yield Ground("quotes", app, client, keys, BODIES)


async def plant(ground: Ground, billing: Ground, organisation: str) -> None:
    await billing.do(organisation, "PUT", "/seller", SELLER | {"name": f"Atelier {organisation}"})
    named = a_customer(name=f"Garage {organisation}", email=f"anne@{organisation}.example")
    customer = (await billing.do(organisation, "POST", "/customers", named))["id"]
    stage = f"stage-of-{organisation}"
    await ground.do(organisation, "PUT", "/pipeline", _pipeline(stage))
    body = {"customer_id": customer, "lines": [a_line()], "subject": f"Work for {organisation}"}
    draft = await ground.do(organisation, "POST", "/quotes", body)
    await ground.do(organisation, "PUT", f"/quotes/{draft['id']}/stage", {"stage": stage})
    sent = await ground.do(organisation, "POST", "/quotes", body)
    sent = await ground.do(organisation, "POST", f"/quotes/{sent['id']}/send")
    ground.ids[organisation] = {
        "customer_id": customer, "quote_id": sent["id"], "id": draft["lines"][0]["id"], "stage": stage,
        "pipeline.key": stage,
    }  # fmt: skip

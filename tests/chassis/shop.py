"""A service of the tests' own: one noun, on the tables of the chassis alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import httpx2
from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import text

from chassis import outbox
from chassis.app import Service, create_app
from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.problems import DomainError, NotFound
from chassis.settings import ServiceSettings
from contracts.base import Input
from contracts.events import PaymentReceived
from contracts.rights import Right
from tests.support.tokens import Keys

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)

router = APIRouter(prefix="/orders", route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.QUOTES_READ)]
Seller = Annotated[Caller, require(Right.QUOTES_WRITE)]


class OrderInput(Input):
    what: str = Field(min_length=1)
    pieces: int = Field(default=1, ge=1)


class Order(BaseModel):
    id: UUID
    what: str


class SoldOut(DomainError):
    """There is none left of it."""


@router.post("", status_code=201)
async def place(body: OrderInput, caller: Seller, transaction: Transaction) -> Order:
    """Each effect is one row in the outbox. It takes a moment, so that two of them overlap."""
    if body.what == "nothing":
        raise SoldOut("There is nothing left.")
    facts = {"organisation": caller.organisation, "payment_id": body.what}
    outbox.record(transaction, PaymentReceived.model_validate(PaymentReceived.example | facts), at=NOON)
    await transaction.flush()
    await asyncio.sleep(0.05)
    return Order(id=uuid4(), what=body.what)


@router.post("/late", status_code=201)
async def fail_at_the_commit(caller: Seller, transaction: Transaction) -> None:
    """A deferred constraint is looked at when the transaction commits, after the answer was made."""
    outbox.record(transaction, PaymentReceived.model_validate(PaymentReceived.example), at=NOON)
    statements = (
        "create table parents (id int primary key)",
        "create table children (id int references parents deferrable initially deferred)",
        "insert into children values (1)",
    )
    connection = await transaction.connection()
    for statement in statements:
        await connection.execute(text(statement))


@router.get("/mine")
async def read(caller: Reader) -> dict[str, str]:
    return {"organisation": caller.organisation}


@router.get("/{order_id}")
async def find(order_id: UUID, caller: Reader) -> None:
    raise NotFound("order", order_id)


@router.get("/broken/{_}")
async def break_down(_: str) -> None:
    raise RuntimeError("a secret of the inside")


SERVICE = Service("shop", "A shop", [router], max_body=10_000)


def settings_of(dsn: str, keys: Keys) -> ServiceSettings:
    return ServiceSettings(database_url=SecretStr(dsn), auth_jwks=str(keys.jwks))


@asynccontextmanager
async def a_client(dsn: str, keys: Keys) -> AsyncIterator[httpx2.AsyncClient]:
    """Callers of a shop that runs on this database."""
    app = create_app(SERVICE, settings_of(dsn, keys))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield client

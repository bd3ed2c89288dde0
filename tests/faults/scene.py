"""Where a step is carried out: the four services on ports in the process of the test, the workers as real processes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import SecretStr
from temporalio.client import Client

from chassis.app import create_app
from chassis.clock import Now, real_now
from chassis.publish import publish
from contracts import dunning
from contracts.clock import Clock
from contracts.events import PaymentReceived
from contracts.receivable import Receivable
from contracts.topology import BILLING_PAYMENT
from deploy.local.ports import free_port
from services.billing.payments import store as intake
from services.dunning.steering.use_cases import Steering
from services.notify.main import SERVICE as NOTIFY
from services.notify.settings import Settings as NotifySettings
from tests.faults.ground import Ground
from tests.faults.processes import Running, a_process
from tests.services.billing.till import a_payment
from tests.services.dunning.desk import Desk
from tests.services.notify.relays import Relay
from tests.support.counter import Counter, a_counter
from tests.support.serving import served

TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
"""An hour at which customers may be contacted."""


@dataclass
class Scene:
    ground: Ground
    counter: Counter
    desk: Desk
    relay: Relay
    temporal: Client
    now: Now
    urls: dict[str, str]

    async def overdue(self) -> Receivable:
        """An invoice whose first reminder is due, with its case and its workflow."""
        office = self.counter.office
        office.now = TUESDAY - timedelta(days=40)
        invoice = await office.issue(await office.customer(), due=(TUESDAY - timedelta(days=10)).date().isoformat())
        office.now = TUESDAY
        async with office.sessions() as session, session.begin():
            await intake.keep_as_of(session, BILLING_PAYMENT.durable, real_now())
        receivable = Receivable.model_validate(
            {name: (await self.seen(invoice["id"]))[name] for name in Receivable.model_fields}
        )
        await self.desk.take(receivable)
        async with self.desk.sessions() as session, session.begin():
            await Steering(self.temporal, self.now).steer(session, "demo", receivable.invoice_id)
        return receivable

    async def seen(self, invoice_id: UUID | str) -> Any:
        return await self.counter.office.do("GET", f"/receivables/{invoice_id}")

    async def pay(self, receivable: Receivable) -> None:
        paid = PaymentReceived.model_validate(a_payment(invoice_number=receivable.number))
        await publish(self.ground.bus.jetstream(), paid, identity="P1", source="urn:bank", at=self.now())

    async def is_paid(self, receivable: Receivable) -> bool:
        return bool((await self.seen(receivable.invoice_id))["status"] == "settled")

    async def journal(self, receivable: Receivable) -> list[tuple[str, str]]:
        """(outcome, reason) of the steps, oldest first."""
        page = await self.desk.get(f"/journal?invoice_id={receivable.invoice_id}&limit=200")
        return [(entry["outcome"], entry["reason"]) for entry in reversed(page["items"]) if entry["step"]]

    async def is_completed(self, receivable: Receivable) -> bool:
        """Whether the workflow has heard of its step's end."""
        history = await self.temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).fetch_history()
        return any(event.HasField("activity_task_completed_event_attributes") for event in history.events)

    @asynccontextmanager
    async def billing(self, *, at: str | None = None) -> AsyncIterator[Running]:
        """Billing's API as a process of its own, which the workers to come ask; always at the same address."""
        self.ground.more.setdefault("RELANCE_PORT", str(free_port()))
        async with self.ground.start("billing", "api", at=at) as running:
            self.urls["RELANCE_BILLING_URL"] = running.url
            await running.ready()
            yield running

    def worker(self, *, at: str | None = None, act: str = "kill") -> AbstractAsyncContextManager[Running]:
        """The process that runs the workflows."""
        environment = {**self.ground.environment("dunning"), **self.urls, "RELANCE_PORT": str(free_port())}
        return a_process("workflows.worker", environment=environment, at=at, act=act)


@asynccontextmanager
async def a_scene(
    ground: Ground, desk: Desk, dunning_app: FastAPI, relay: Relay, temporal: Client
) -> AsyncIterator[Scene]:
    now = Now(Clock(origin=TUESDAY, started=real_now()))
    desk.time.at = TUESDAY
    settings = NotifySettings(
        auth_jwks=str(ground.keys.jwks),
        database_url=SecretStr(ground.databases["notify"]),
        smtp_port=relay.port,
        template_workers=1,
    )
    notify = create_app(NOTIFY, settings)
    async with (
        a_counter(ground.databases["billing"], ground.keys, ground.bus) as counter,
        served(dunning_app) as dunning_url,
        notify.router.lifespan_context(notify),
        served(notify) as notify_url,
    ):
        urls = {
            "RELANCE_BILLING_URL": counter.url,
            "RELANCE_DUNNING_URL": dunning_url,
            "RELANCE_NOTIFY_URL": notify_url,
        }
        yield Scene(ground, counter, desk, relay, temporal, now, urls)

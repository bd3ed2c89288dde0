"""A whole stack for each test, on a clock of a day in two seconds, of which a part is then lost."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import nats
import pytest
import pytest_asyncio

from chassis.clock import real_now
from contracts.clock import Clock
from contracts.events import PaymentReceived
from contracts.events.payments import PaymentMethod
from deploy.local import evidence
from deploy.local.credentials import mint_of
from deploy.local.launch import ROOT
from deploy.local.ports import free_ports
from deploy.local.seed import ORGANISATION, seed
from deploy.local.stack import Stack, StackOptions
from tests.e2e.house import House, until
from workflows.dunning.scenario import from_yaml

SPEED = 86_400 / 2
QUICK = from_yaml((Path(__file__).parent / "quick.yaml").read_text())
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


@dataclass
class Ruin:
    """The stack, what it is asked, and what its customers received."""

    house: House

    @property
    def stack(self) -> Stack:
        return self.house.stack

    async def owed(self, count: int) -> list[dict[str, Any]]:
        """Invoices due tomorrow, each of a customer of its own."""
        customers = [await self.house.a_customer() for _ in range(count)]
        return [await self.house.an_invoice(each, due_in=1) for each in customers]

    async def relance(self, *arguments: str) -> Ended:
        """The command line, as ops have it."""
        environment = {"PATH": os.environ["PATH"], "COLUMNS": "200", **self.stack.shared}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli.main", *arguments),
            cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(180):
            out, err = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def reminders(self) -> Counter[tuple[str, str]]:
        """How often the customer of each invoice received each step."""
        found = await evidence.emails(self.stack.urls["mailbox"])
        return Counter((each.invoice_id, each.step) for each in found)

    async def reminded(self, invoices: Sequence[dict[str, Any]], step: str) -> None:
        async def all_are() -> bool:
            received = await self.reminders()
            return all(received[each["id"], step] for each in invoices)

        await until(f"{step} of {len(invoices)} invoices", all_are, within=PATIENCE_S)

    async def closed(self, invoices: Sequence[dict[str, Any]]) -> None:
        async def all_are() -> bool:
            cases = [await self.house.case(each) for each in invoices]
            return all(each.get("state") == "closed" for each in cases)

        await until(f"{len(invoices)} cases closed", all_are, within=PATIENCE_S)

    def payment(self, invoice: dict[str, Any]) -> PaymentReceived:
        return PaymentReceived.model_validate(
            {
                "payment_id": f"bank-{invoice['number']}",
                "organisation": ORGANISATION,
                "amount": invoice["total"],
                "currency": "EUR",
                "received_on": self.house.today,
                "method": PaymentMethod.TRANSFER,
                "invoice_number": invoice["number"],
            }
        )

    async def pays(self, *invoices: dict[str, Any]) -> None:
        for invoice in invoices:
            await self.house.publish(self.payment(invoice))

    async def nobody_was_bothered(self) -> None:
        """Nobody twice for a step, nobody after paying."""
        assert max((await self.reminders()).values()) == 1
        sent = await evidence.emails(self.stack.urls["mailbox"])
        assert evidence.after_payment(sent, await evidence.paid_spans(self.house.bus.jetstream())) == []


@pytest_asyncio.fixture
async def ruin(tmp_path: Path) -> AsyncIterator[Ruin]:
    now = real_now()
    clock = Clock(origin=now, started=now, speed=SPEED)
    async with (
        Stack(StackOptions(tmp_path / "stack", ports=free_ports(), clock=clock, quiet=True)) as stack,
        httpx2.AsyncClient(timeout=20) as http,
    ):
        connection = await nats.connect(stack.shared["RELANCE_NATS_URL"])
        house = House(stack, http, connection, mint_of(stack.shared))
        await seed(stack.urls, house.token())
        draft = {"json": QUICK.model_dump(mode="json")}
        assert (await house.call("PUT", "dunning", f"/scenarios/{QUICK.key}/draft", **draft)).is_success
        await house.post("dunning", f"/scenarios/{QUICK.key}/publish")
        policy = {"json": {"default_scenario": QUICK.key}}
        assert (await house.call("PUT", "dunning", "/policy", **policy)).is_success
        yield Ruin(house)
        await connection.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.disaster)
            item.add_marker(pytest.mark.timeout(600))

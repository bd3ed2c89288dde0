"""A whole stack for each test, on a clock of a day in two seconds, of which a part is then lost."""

import asyncio
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx2
import nats
import pytest
import pytest_asyncio

from chassis.clock import real_now
from contracts.clock import Clock
from contracts.events import PaymentReceived
from contracts.events.payments import PaymentMethod
from contracts.scenario import ScenarioContent
from deploy.local import evidence
from deploy.local.catalogue import Servers, whole_stack
from deploy.local.credentials import mint_of
from deploy.local.launch import ROOT
from deploy.local.ports import free_ports
from deploy.local.seed import ORGANISATION, seed
from deploy.local.services import Planned
from deploy.local.stack import Stack, StackOptions
from tests.e2e.house import House, until
from workflows.dunning.scenario import from_yaml

SPEED = 86_400 / 2
QUICK = from_yaml((Path(__file__).parent / "quick.yaml").read_text())
KINDS = from_yaml((Path(__file__).parent / "kinds.yaml").read_text())
BEFORE, AFTER = ("first", "call", "letter"), ("second", "second-call", "second-letter")
"""The steps of KINDS that are done before a loss, and those that are due only after it."""
ALWAYS = {"time_zone": "UTC", "working_weekdays": list(range(7)), "sending_hour": 0, "latest_hour": 24}
AS_IN_PRODUCTION = {"RELANCE_RECONCILIATION_AT_MOST_EVERY": "PT1H"}
"""Else dunning's worker would mend each half minute what `relance reconcile` is to find."""
PATIENCE_S = 180.0


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)

    @property
    def found(self) -> set[tuple[str, str]]:
        """(kind, invoice) of what `relance reconcile --json` found."""
        return {(each["kind"], each["invoice_id"]) for each in self.json["found"]}


@dataclass
class Ruin:
    """The stack, what it is asked, and what its customers received."""

    house: House

    @property
    def stack(self) -> Stack:
        return self.house.stack

    async def follow(self, scenario: ScenarioContent, calendar: Mapping[str, Any] | None = None) -> None:
        """Invoices issued from now on do; without a `calendar`, in that of France."""
        draft = {"json": scenario.model_dump(mode="json")}
        assert (await self.house.call("PUT", "dunning", f"/scenarios/{scenario.key}/draft", **draft)).is_success
        await self.house.post("dunning", f"/scenarios/{scenario.key}/publish")
        policy = {"default_scenario": scenario.key} | ({"calendar": calendar} if calendar else {})
        assert (await self.house.call("PUT", "dunning", "/policy", json=policy)).is_success

    async def owed(self, count: int, *, due_in: int = 1) -> list[dict[str, Any]]:
        """Invoices due tomorrow, or in so many days, each of a customer of its own."""
        customers = [await self.house.a_customer() for _ in range(count)]
        return [await self.house.an_invoice(each, due_in=due_in) for each in customers]

    async def lose(self, server: Literal["temporal", "nats"]) -> None:
        """All that it holds; it is started again, empty."""
        await self.stack.stop(server)
        shutil.rmtree(getattr(self.stack.servers, server).data_dir)
        await self.stack.start(server)

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

    async def planned(self) -> list[dict[str, Any]]:
        """Every letter and call that was asked for, with its `key` and `status`."""
        pages = [await self.house.get("notify", path, limit=200) for path in ("/letters", "/tasks")]
        assert all(page["next"] is None for page in pages)
        return [each for page in pages for each in page["items"]]

    async def acts(self) -> Counter[tuple[str, str]]:
        """How often each step of each invoice acted: e-mails as they were received, letters and calls as planned."""
        parts = [each["key"].split(":") for each in await self.planned()]
        return await self.reminders() + Counter((invoice, step) for invoice, _, step, _ in parts)

    async def acted(self, invoices: Sequence[dict[str, Any]], step: str) -> None:
        async def all_did() -> bool:
            acts = await self.acts()
            return all(acts[each["id"], step] for each in invoices)

        await until(f"{step} of {len(invoices)} invoices", all_did, within=PATIENCE_S)

    async def statuses(self, invoice: dict[str, Any]) -> Counter[str]:
        """Of its letters and calls."""
        return Counter(each["status"] for each in await self.planned() if each["key"].startswith(invoice["id"]))

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

    async def have_cases(self, invoices: Sequence[dict[str, Any]]) -> bool:
        return all([await self.house.case(each) for each in invoices])

    async def is_settled(self, invoice: dict[str, Any]) -> bool:
        """In billing, and everything that billing has to tell is told."""
        view = await self.house.get("billing", f"/receivables/{invoice['id']}")
        if view["status"] != "settled":
            return False
        state = await self.house.get("billing", "/operations")
        return bool(state["outbox"]["rows"] == 0)

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


def each_once(invoices: Iterable[dict[str, Any]], steps: Iterable[str]) -> Counter[tuple[str, str]]:
    return Counter((each["id"], step) for each in invoices for step in steps)


def _plan(servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> Sequence[Planned]:
    return whole_stack(servers, {**shared, **AS_IN_PRODUCTION}, ports)


@pytest_asyncio.fixture
async def ruin(tmp_path: Path) -> AsyncIterator[Ruin]:
    now = real_now()
    clock = Clock(origin=now, started=now, speed=SPEED)
    async with (
        Stack(StackOptions(tmp_path / "stack", ports=free_ports(), clock=clock, quiet=True, plan=_plan)) as stack,
        httpx2.AsyncClient(timeout=20) as http,
    ):
        connection = await nats.connect(stack.shared["RELANCE_NATS_URL"])
        ruin = Ruin(House(stack, http, connection, mint_of(stack.shared)))
        await seed(stack.urls, ruin.house.token())
        await ruin.follow(QUICK)
        yield ruin
        await connection.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.disaster)
            item.add_marker(pytest.mark.timeout(600))

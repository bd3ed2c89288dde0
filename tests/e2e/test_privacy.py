"""Of a customer nothing is told in logs and traces; they are exported whole, and erased everywhere."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx2
import nats
import pytest
import pytest_asyncio

from chassis import database
from chassis.clock import real_now
from contracts import dunning
from contracts.clock import Clock
from contracts.events import PaymentReceived, PaymentReversed
from contracts.events.payments import Payer
from deploy.local.catalogue import whole_stack
from deploy.local.credentials import mint_of
from deploy.local.ports import free_ports
from deploy.local.seed import seed
from deploy.local.stack import Stack, StackOptions
from tests.e2e.collector import Collector, a_collector
from tests.e2e.conftest import SPEED
from tests.e2e.house import House, shown, until
from tests.e2e.test_main_flow import a_payment, closed, steps_done
from tests.support.leaks import columns_with
from tests.test_privacy import SERVICES, listed
from workflows.client import connect

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

NAME = "Zéphyrine Quatrebarbes"
PERSONAL = {
    "name": NAME,
    "kind": "consumer",
    "language": "fr",
    "address": {"lines": ["77 impasse des Tritons"], "postal_code": "29880", "city": "Plouguerneau", "country": "FR"},
    "email": "zephyrine@quatrebarbes.example",
    "phone": "+33 6 98 76 54 32",
}
PAYER, IBAN = "Quatrebarbes Zephyrine Mme", "FR1420041010050500013M02606"
WORDS = ("Quatrebarbes", "quatrebarbes", "phyrine", "impasse des Tritons", "Plouguerneau", "98 76 54 32", IBAN)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def collector() -> AsyncIterator[Collector]:
    async with a_collector() as collector:
        yield collector


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> AsyncIterator[House]:
    """As for the others, and its traces are collected."""
    now = real_now()
    traced = {"RELANCE_OTLP_ENDPOINT": collector.url}
    options = StackOptions(
        tmp_path_factory.mktemp("stack"),
        ports=free_ports(),
        clock=Clock(origin=now, started=now, speed=SPEED),
        quiet=True,
        plan=lambda servers, shared, ports: whole_stack(servers, {**shared, **traced}, ports),
    )
    async with Stack(options) as stack, httpx2.AsyncClient(timeout=20) as http:
        connection = await nats.connect(stack.shared["RELANCE_NATS_URL"])
        house = House(stack, http, connection, mint_of(stack.shared))
        await seed(stack.urls, house.token())
        yield house
        await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def customer(house: House) -> dict[str, Any]:
    """A customer after a life with us: a quote, reminders, a call, a letter, a payment that came undone, mistakes."""
    customer: dict[str, Any] = await house.post("billing", "/customers", PERSONAL)
    await house.get("billing", "/customers", q="Quatrebarbes")
    await house.post("billing", f"/customers/{customer['id']}/comments", {"text": f"{NAME} prefers the morning"})
    line = {"description": f"Work at {NAME}'s", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}
    quote = await house.post("quotes", "/quotes", {"customer_id": customer["id"], "lines": [line]})
    await house.post("quotes", f"/quotes/{quote['id']}/send")
    await until("the quote's e-mail", lambda: house.mails(customer))
    await house.post("quotes", f"/quotes/{quote['id']}/accept", {"name": NAME, "mention": "Bon pour accord"})
    invoice = await house.an_invoice(customer)
    payment = await _pay(house, invoice)
    await until("the case closed", lambda: closed(house, invoice))
    undone = {"payment_id": payment.payment_id, "organisation": "demo", "reversed_on": house.today, "reason": NAME}
    await house.publish(PaymentReversed.model_validate(undone))

    async def every_step() -> bool:
        return "formal-notice" in await steps_done(house, invoice)

    await until("every step", every_step, within=90)
    await _mistakes(house, customer)
    await _pay(house, invoice)
    await until("the balance", lambda: _is_settled(house, invoice))
    return customer


async def _pay(house: House, invoice: Mapping[str, Any]) -> PaymentReceived:
    payment = a_payment(house, dict(invoice), payer=Payer(name=PAYER, iban=IBAN), remittance=f"{PAYER} rent")
    await house.publish(payment)
    return payment


async def _is_settled(house: House, invoice: Mapping[str, Any]) -> bool:
    receivable = await house.get("billing", f"/receivables/{invoice['id']}")
    return bool(receivable["status"] == "settled")


async def _mistakes(house: House, customer: Mapping[str, Any]) -> None:
    """What people and programs get wrong, with names and addresses in it."""
    wrong = PERSONAL | {"email": f"{PERSONAL['email']} (home)", "kind": NAME}
    assert (await house.call("PUT", "billing", f"/customers/{customer['id']}", json=wrong)).status_code == 422
    assert (await house.call("POST", "billing", "/customers", json=[NAME])).status_code == 422
    body = json.dumps({"organisation": "demo", "payment_id": "torn", "amount": NAME, "payer": NAME}).encode()
    headers = {"ce-specversion": "1.0", "ce-id": "torn-1", "ce-source": "urn:e2e", "ce-type": PaymentReceived.type}
    js = house.bus.jetstream()
    await js.publish(PaymentReceived.type, body, headers=headers)
    await js.publish(PaymentReceived.type, f"{NAME} is no JSON".encode(), headers=headers | {"ce-id": "torn-2"})
    fact = json.dumps({"organisation": "demo", "customer": NAME}).encode()
    told = headers | {"ce-id": "torn-3", "ce-type": "billing.invoice.issued.v1"}
    await js.publish("billing.invoice.issued.v1", fact, headers=told)


def said(directory: Path) -> dict[str, list[str]]:
    """The lines of each process's log in which something of the customer stands."""
    logs = sorted(directory.glob("*"))
    assert len(logs) > 12
    told = {log.name: log.read_text(errors="replace").splitlines() for log in logs if log.is_file()}
    assert sum(map(len, told.values())) > 50
    found = {name: [line[:600] for line in lines if _is_personal(line)] for name, lines in told.items()}
    return {name: lines for name, lines in found.items() if lines}


def _is_personal(line: str) -> bool:
    return any(word in line or word.encode("unicode_escape").decode() in line for word in WORDS)


async def test_no_log_tells_a_name_an_address_or_a_number(house: House, customer: dict[str, Any]) -> None:
    assert customer["name"] == NAME
    assert said(house.stack.data_dir / "logs") == {}


async def test_no_trace_tells_a_name_an_address_or_a_number(
    house: House, customer: dict[str, Any], collector: Collector
) -> None:
    assert customer["name"] == NAME

    async def traced() -> bool:
        return b"customers/{customer_id}/comments" in b"".join(collector.received)

    await until("the traces", traced)
    spans = b"".join(collector.received)
    told = [word for word in WORDS if word.encode() in spans]
    around = {word: spans[max(0, spans.index(word.encode()) - 150) :][:300] for word in told}
    assert around == {}


async def test_no_workflow_holds_a_name_an_address_or_a_number(house: House, customer: dict[str, Any]) -> None:
    shared = house.stack.shared
    client = await connect(shared["RELANCE_TEMPORAL_ADDRESS"], shared["RELANCE_TEMPORAL_NAMESPACE"], lazy=False)
    invoices = (await house.get("billing", "/invoices", customer_id=customer["id"]))["items"]
    held = {}
    async for run in client.list_workflows():
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        whole = run.raw_info.SerializeToString() + b"".join(event.SerializeToString() for event in history.events)
        held[run.id] = [word for word in WORDS if word.encode() in whole]

    assert {dunning.workflow_id(UUID(each["id"])) for each in invoices if each["status"] == "issued"} <= held.keys()
    assert any(name.startswith("quote-followup:") for name in held)
    assert {name: words for name, words in held.items() if words} == {}


async def relance(house: House, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", *arguments),
        env=os.environ | house.stack.shared,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode()


async def test_an_export_has_all_of_it_with_the_documents(
    house: House, customer: dict[str, Any], tmp_path: Path
) -> None:
    code, out = await relance(house, "customer", "export", customer["id"], "--to", str(tmp_path / "all.zip"))

    assert code == 0, out
    with ZipFile(tmp_path / "all.zip") as archive:
        names = archive.namelist()
        whole = {name: json.loads(archive.read(name)) for name in names if name.endswith(".json")}
        pdfs = [archive.read(name) for name in names if name.endswith(".pdf")]
    assert set(whole) >= {
        *("billing/customers.json", "billing/customer_comments.json", "billing/invoices.json", "billing/payments.json"),
        *("billing/receivables.json", "billing/allocations.json", "billing/payment_reversals.json"),
        *("quotes/quotes.json", "dunning/cases.json", "dunning/decisions.json", "identity/audit_entries.json"),
        *("notify/messages.json", "notify/letters.json", "notify/tasks.json"),
    }
    assert whole["billing/customers.json"][0]["address"]["city"] == "Plouguerneau"
    assert whole["quotes/quotes.json"][0]["lines"][0]["description"] == f"Work at {NAME}'s"
    assert len(pdfs) >= 3
    assert all(pdf.startswith(b"%PDF") for pdf in pdfs)
    assert oct((tmp_path / "all.zip").stat().st_mode & 0o777) == "0o600"


async def test_erasing_is_shown_first_then_done_by_every_service(house: House, customer: dict[str, Any]) -> None:
    draft = (await house.get("billing", "/invoices", customer_id=customer["id"], status="draft"))["items"]
    assert len(draft) == 1, "the quote that was accepted"
    code, out = await relance(house, "customer", "erase", customer["id"])
    assert (code, "Nothing was changed" in out, "kept until" in out) == (0, True, True), out
    assert (await house.get("billing", f"/customers/{customer['id']}"))["name"] == NAME

    code, out = await relance(house, "customer", "erase", customer["id"], "--yes")
    assert code == 0, out

    async def all_gone() -> bool:
        return all(not view["erased"] for view in (await views()).values())

    async def views() -> dict[str, Any]:
        _, out = await relance(house, "customer", "erase", customer["id"], "--json")
        found: dict[str, Any] = json.loads(out)["services"]
        return found

    try:
        await until("every service to erase", all_gone, within=30)
    except AssertionError:
        raise AssertionError(shown(await views())) from None
    law = {column for column, mark in listed().items() if mark == "law"}

    async def left() -> set[str]:
        return {f"{service}.{column}" for service in SERVICES for column in await _leaks(house, service)}

    async def strangers() -> set[str]:
        return await left() - law - {f"quotes.{each}" for each in ACCEPTED}

    async def all_quiet() -> bool:
        return not await strangers()

    try:
        await until("the audit to forget", all_quiet, within=20)
    except AssertionError:
        assert await strangers() == set()
    assert await left() >= {"billing.invoices.customer_snapshot", "billing.payments.payer_name"}
    assert said(house.stack.data_dir / "logs") == {}


ACCEPTED = ("quotes.customer_name", "quotes.lines", "quotes.acceptance", "quote_documents.content")
"""An accepted quote proves an invoice."""


async def _leaks(house: House, service: str) -> set[str]:
    engine = database.engine(house.stack.servers.postgres.url(service), pool=1)
    try:
        async with database.sessions_of(engine)() as session:
            return await columns_with(session, WORDS)
    finally:
        await engine.dispose()

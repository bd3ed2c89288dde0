"""The examples of docs/publishing-payments.md: shown as they are, and run against the real bus and billing."""

import asyncio
import json
import re
import shutil
import sys

import pytest
from nats.aio.client import Client as Nats

from deploy.local.ports import free_port
from tests.docs.conftest import EXAMPLES, ROOT, Run
from tests.support.counter import Counter

PAGE = (ROOT / "docs" / "publishing-payments.md").read_text(encoding="utf-8")
SHOWN = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".mjs", ".sh"))

RECEIVED = {
    "organisation": "demo",
    "payment_id": "P1",
    "amount": "500.00",
    "currency": "EUR",
    "received_on": "2026-02-03",
    "method": "cash",
    "payer": {"name": "Garage Lefèvre"},
}


async def until_owed(counter: Counter, invoice: dict[str, str], balance: str) -> None:
    async with asyncio.timeout(10):
        while await counter.balance(invoice) != balance:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_shows_the_file(name: str) -> None:
    shown = re.search(rf"<!-- examples/{re.escape(name)} -->\n```\w+\n(.*?)```\n", PAGE, re.DOTALL)

    assert shown, f"docs/publishing-payments.md has no <!-- examples/{name} --> before a code block"
    assert shown[1] == (EXAMPLES / name).read_text(encoding="utf-8")


async def test_the_python_example_pays_in_part_then_the_rest_and_takes_it_back(counter: Counter, run: Run) -> None:
    await pays_and_takes_back(counter, run, sys.executable, "publish_payment.py")


async def test_the_javascript_example_does_too(counter: Counter, run: Run) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is absent")
    load = ["--input-type=module", "-e", "await import('@nats-io/jetstream'); await import('@nats-io/transport-node')"]
    if (await run(node, *load)).code:
        pytest.skip("the packages are absent: npm install in docs/examples brings them")

    await pays_and_takes_back(counter, run, node, "publish_payment.mjs")


async def pays_and_takes_back(counter: Counter, run: Run, *program: str) -> None:
    invoice = await counter.owed()

    part = await run(*program, "received", "P1", "500.00", invoice["number"])
    owed_then = await counter.balance(invoice)
    rest = await run(*program, "received", "P2", "700.00", invoice["number"])
    paid = await counter.receivable(invoice)
    back = await run(*program, "reversed", "P2", "unpaid cheque")

    assert part.out.startswith("billing.payment.applied.v1 {"), part.err
    assert json.loads(part.out.split(" ", 1)[1])["allocations"][0]["amount"] == "500.00"
    assert owed_then == "700.00"
    assert rest.code == 0, rest.err
    assert paid["status"] == "settled"
    assert json.loads(back.out.split(" ", 1)[1])["allocations"][0]["amount"] == "-700.00"
    assert await counter.balance(invoice) == "700.00"


async def test_the_shell_example_pays_in_part_then_the_rest_and_takes_it_back(counter: Counter, run: Run) -> None:
    invoice = await counter.owed()
    publish = ("bash", "publish_payment.sh")
    part = RECEIVED | {"invoice_number": invoice["number"]}
    rest = part | {"payment_id": "P2", "amount": "700.00"}
    back = {"organisation": "demo", "payment_id": "P2", "reversed_on": "2026-02-10", "reason": "chèque impayé"}

    receipt = await run(*publish, "payments.payment.received.v1", json.dumps(part, ensure_ascii=False))
    await until_owed(counter, invoice, "700.00")
    await run(*publish, "payments.payment.received.v1", json.dumps(rest))
    await until_owed(counter, invoice, "0.00")
    await run(*publish, "payments.payment.reversed.v1", json.dumps(back, ensure_ascii=False))
    await until_owed(counter, invoice, "700.00")

    assert json.loads(receipt.out) == {"stream": "PAYMENTS", "seq": 1}, receipt.err
    payment = await counter.office.do("GET", "/payments/P1")
    assert payment["payer"]["name"] == "Garage Lefèvre"


async def test_the_shell_example_with_an_event_id_stores_once(counter: Counter, run: Run) -> None:
    command = ("bash", "publish_payment.sh", "payments.payment.received.v1", json.dumps(RECEIVED), "event-1")

    await run(*command)
    again = await run(*command)

    assert json.loads(again.out)["duplicate"] is True


async def test_the_shell_example_says_what_is_wrong(counter: Counter, run: Run) -> None:
    publish = ("bash", "publish_payment.sh")

    nowhere = await run(*publish, "payment.received", "{}")
    down = await run(*publish, "payments.payment.received.v1", "{}", NATS_PORT=str(free_port()))

    assert (nowhere.code, nowhere.err) == (1, "publish_payment: no stream takes payment.received\n")
    assert down.code == 1
    assert "no NATS server answers at 127.0.0.1:" in down.err


async def test_the_example_with_relance_leaves_owed_what_bounced(counter: Counter, run: Run) -> None:
    invoice = await counter.owed()

    ended = await run("bash", "publish_with_relance.sh", invoice["number"])

    assert ended.code == 0, ended.err
    assert f"700.00 EUR back from {invoice['number']}" in ended.out
    assert await counter.balance(invoice) == "700.00"


async def test_the_event_in_structured_mode_is_taken(counter: Counter, bus: Nats) -> None:
    (event,) = [block for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if "specversion" in block]
    headers = {"content-type": "application/cloudevents+json"}

    await bus.jetstream().publish("payments.payment.received.v1", event.encode(), headers=headers)

    async with asyncio.timeout(10):
        while not (await counter.office.do("GET", "/payments"))["items"]:
            await asyncio.sleep(0.05)
    payment = await counter.office.do("GET", "/payments/BNP-2026-02-03-000117")
    assert (payment["status"], payment["amount"]) == ("unallocated", "500.00")

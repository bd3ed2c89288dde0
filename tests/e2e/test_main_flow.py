"""The main job, through the public interfaces alone: HTTP, NATS and the customers' mailbox."""

import asyncio
import random
from contextlib import suppress
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contracts.events import PaymentReceived, PaymentReversed
from contracts.events.payments import PaymentMethod
from deploy.local import evidence
from deploy.local.seed import ORGANISATION
from tests.deploy.watching.asked import metrics_asked_for
from tests.e2e.house import TERM_DAYS, House, shown, until

PROCESSES = frozenset(
    f"{service}{role}" for service in ("quotes", "billing", "dunning", "notify", "identity") for role in ("", "-worker")
) | {"console", "workflows", "workflow-figures"}
ONLY_WHEN_IT_IS_SO = {
    "relance_database_limit_bytes": "a limit was set",
    "relance_stream_limit_bytes": "streams have a size",
    "relance_certificate_expires_seconds": "a certificate was named",
    "relance_credential_expires_seconds": "a .creds file or an API key of Temporal was given",
    "relance_file_unreadable": "a certificate or a .creds file was named",
    "relance_api_key_expires_seconds": "there is an API key",
    "relance_deliveries_failed_total": "a delivery failed",
    "temporal_workflow_task_execution_failed": "a workflow task failed",
}
"""Figures without a series until then; other tests show them."""

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


def a_payment(house: House, invoice: dict[str, Any], amount: str = "1200.00", **changes: Any) -> PaymentReceived:
    facts = {
        "payment_id": f"bank-{random.randrange(10**9)}",
        "organisation": ORGANISATION,
        "amount": amount,
        "currency": "EUR",
        "received_on": house.today,
        "method": PaymentMethod.TRANSFER,
        "invoice_number": invoice["number"],
    }
    return PaymentReceived.model_validate(facts | changes)


async def steps_done(house: House, invoice: dict[str, Any]) -> list[str]:
    case = await house.case(invoice)
    return [entry["step"] for entry in reversed(case.get("journal", [])) if entry["outcome"] == "carried_out"]


async def closed(house: House, invoice: dict[str, Any]) -> str | None:
    case = await house.case(invoice)
    return case["closing_reason"] if case.get("state") == "closed" else None


async def test_a_quote_becomes_an_invoice_that_is_dunned_until_it_is_paid(house: House) -> None:
    customer = await house.a_customer()
    line = {"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}
    quote = await house.post("quotes", "/quotes", {"customer_id": customer["id"], "lines": [line]})
    await house.post("quotes", f"/quotes/{quote['id']}/send")
    (mail,) = await until("the quote's e-mail", lambda: house.mails(customer))
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]

    await house.post("quotes", f"/quotes/{quote['id']}/accept", {"name": "Anne Lefèvre", "mention": "Bon pour accord"})

    async def the_draft() -> Any:
        page = await house.get("billing", "/invoices", customer_id=customer["id"])
        return page["items"]

    (draft,) = await until("the invoice drafted from the quote", the_draft)
    assert (draft["status"], draft["total"]) == ("draft", "1200.00")
    invoice = await house.post(
        "billing", f"/invoices/{draft['id']}/issue", {"due_date": house.in_days(TERM_DAYS).isoformat()}
    )

    async def two_reminders() -> bool:
        return len(await house.mails(customer)) == 3

    await until("two reminders", two_reminders)
    _, first, second = await house.mails(customer)
    assert first["Auto-Submitted"] == "auto-generated"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert [part.get_content_type() for part in second.iter_attachments()] == ["application/pdf"]
    assert invoice["number"] in str(first.get_body(("plain",)))

    await house.publish(a_payment(house, invoice))
    assert await until("the case closed", lambda: closed(house, invoice)) == "settled"
    receivable = await house.get("billing", f"/receivables/{invoice['id']}")
    assert (receivable["balance"], receivable["status"]) == ("0.00", "settled")
    assert await steps_done(house, invoice) == ["first-reminder", "second-reminder"]


async def test_an_invoice_never_paid_ends_with_a_call_and_a_letter(house: House) -> None:
    customer = await house.a_customer("Œuvres & Théâtre")
    invoice = await house.an_invoice(customer)

    assert await until("every step", lambda: closed(house, invoice), within=90) == "exhausted"

    done = await steps_done(house, invoice)
    assert done == ["first-reminder", "second-reminder", "third-reminder", "call", "formal-notice"], shown(
        await house.case(invoice)
    )
    tasks = await house.get("notify", "/tasks", limit=200)
    assert any(invoice["number"] in str(task) for task in tasks["items"])
    letters = await house.get("notify", "/letters", limit=200)
    letter = next(letter for letter in letters["items"] if invoice["number"] in str(letter))
    pdf = await house.call("GET", "notify", f"/letters/{letter['id']}/pdf")
    assert pdf.content.startswith(b"%PDF-")


async def test_a_bounced_payment_reopens_the_case_without_repeating_a_step(house: House) -> None:
    customer = await house.a_customer("Boulangerie Ménard")
    invoice = await house.an_invoice(customer)
    await until("the first reminder", lambda: house.mails(customer))
    payment = a_payment(house, invoice)
    await house.publish(payment)
    await until("the case closed", lambda: closed(house, invoice))

    await house.publish(
        PaymentReversed(
            organisation=ORGANISATION, payment_id=payment.payment_id, reversed_on=house.today, reason="no funds"
        )
    )

    async def a_later_step() -> bool:
        return len(await steps_done(house, invoice)) >= 2

    await until("a step after the reopening", a_later_step)
    done = await steps_done(house, invoice)
    assert len(done) == len(set(done))
    assert done.count("first-reminder") == 1
    assert len(await house.mails(customer)) == len([step for step in done if step.endswith("reminder")])


async def test_who_asks_for_the_overdue_list_gets_it_every_monday(house: House) -> None:
    """A week passes in three and a half seconds."""
    invoice = await house.an_invoice(await house.a_customer("Société Lambert"))
    reader = {"email": "director@relance.example", "name": "Anne Brun"}
    headers = {"authorization": f"Bearer {house.token_of(**reader)}"}
    url = f"{house.stack.urls['dunning']}/overdue-list"
    asked = await house.http.put(url, json={"language": "fr"}, headers=headers)
    assert asked.is_success, asked.text

    async def two_lists() -> list[EmailMessage]:
        found = [mail for mail in await house.mails(reader) if invoice["number"] in words_of(mail)]
        return found if len(found) > 1 else []

    first, second, *_ = await until("two lists with the invoice", two_lists)
    await house.http.delete(url, headers=headers)

    days = [date.fromisoformat(mail["X-Relance-Key"].rpartition(":")[2]) for mail in (first, second)]
    assert [day.weekday() for day in days] == [0, 0]
    assert (days[1] - days[0]).days in (7, 14)  # a machine that is busy may miss one
    (file,) = second.iter_attachments()
    assert file.get_content_type() == "text/csv"
    assert invoice["number"] in str(file.get_content())
    assert f"{house.stack.urls['console']}/receivables" in words_of(second)


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


async def test_one_trace_leads_from_the_http_call_to_the_email(house: House) -> None:
    customer = await house.a_customer("Clinique Saint-Rémi")
    line = {"description": "Diagnostic", "quantity": "1", "unit_price": "10.00", "vat_rate": "20"}
    draft = await house.post("billing", "/invoices", {"customer_id": customer["id"], "lines": [line]})
    due = {"due_date": house.in_days(TERM_DAYS).isoformat()}
    issued = await house.call("POST", "billing", f"/invoices/{draft['id']}/issue", json=due)
    assert issued.is_success, issued.text

    (mail,) = (await until("the first reminder", lambda: house.mails(customer)))[:1]

    assert issued.headers["trace-id"] == mail["traceparent"].split("-")[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "USD"}, "currency"),
        ({"invoice_number": "F-2000-99999"}, "invoice_number"),
    ],
)
async def test_a_payment_that_fits_no_invoice_is_answered(house: House, change: dict[str, Any], reason: str) -> None:
    customer = await house.a_customer()
    invoice = await house.an_invoice(customer, due_in=100)
    payment = a_payment(house, invoice, **change)
    await house.publish(payment)

    async def answer() -> Any:
        response = await house.call("GET", "billing", f"/payments/{payment.payment_id}")
        return response.json() if response.is_success else None

    found = await until("billing's answer", answer)
    assert found["status"] in ("rejected", "unallocated")
    assert reason in found["reason"]


async def test_nobody_was_reminded_after_paying_and_nobody_twice(house: House) -> None:
    """Judged from the SMTP server and the streams, after everything above."""
    await asyncio.sleep(0)
    sent = await evidence.emails(house.stack.urls["mailbox"])
    js = house.bus.jetstream()
    assert evidence.after_payment(sent, await evidence.paid_spans(js)) == []
    keys = [(email.invoice_id, email.step, email.occurrence) for email in sent]
    assert len(keys) == len(set(keys))
    assert Decimal(len(keys)) > 0


async def test_figures_tell_how_long_a_payment_took_until_its_case_was_closed(house: House) -> None:
    async def settled() -> tuple[float, float]:
        text = (await house.http.get(f"http://127.0.0.1:{house.stack.ports['dunning-worker']}/metrics")).text
        found = {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.labels == {"consumer": "dunning-invoice", "type": "billing.invoice.settled.v1"}
        }
        return found.get("relance_event_seconds_count", 0), found.get("relance_event_seconds_sum", 0)

    customer = await house.a_customer()
    invoice = await house.an_invoice(customer)
    count_before, sum_before = await settled()
    await house.publish(a_payment(house, invoice))
    await until("the case closed", lambda: closed(house, invoice))

    async def measured() -> bool:
        return (await settled())[0] > count_before

    await until("the measure", measured)
    count, total = await settled()
    assert 0 < (total - sum_before) / (count - count_before) < 10


async def test_every_figure_that_alerts_and_dashboards_ask_for_is_told(house: House) -> None:
    """Last, when everything has happened once; workers read their figures every so often."""
    asked = metrics_asked_for().keys() - ONLY_WHEN_IT_IS_SO.keys()

    async def nothing_lacks() -> bool:
        return asked <= (await _told(house)).keys()

    with suppress(AssertionError):  # which one lacks is told below
        await until("every figure", nothing_lacks)
    told = await _told(house)
    assert {name: metrics_asked_for()[name] for name in asked if name not in told} == {}
    assert told["relance_http_requests_total"] >= {"billing", "dunning", "notify", "quotes"}


async def _told(house: House) -> dict[str, set[str]]:
    """Figure -> the processes that tell it."""
    told: dict[str, set[str]] = {}
    for name, port in house.stack.ports.items():
        if name in PROCESSES:
            text = (await house.http.get(f"http://127.0.0.1:{port}/metrics")).text
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    told.setdefault(sample.name, set()).add(name)
    return told

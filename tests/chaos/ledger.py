"""I4 and I5: money and numbers, judged from the payment events themselves."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from contracts import events as e
from contracts.events import PaymentReceived, PaymentReversed
from contracts.receivable import ReceivableStatus
from services.billing.payments.models import PaymentStatus
from tests.chaos.evidence import Evidence, Heard, field_of
from tests.chaos.verdict import Setting, Verdict

NUMBER = re.compile(r"(.+)-(\d+)")
KEPT = ("number", "total", "currency", "issue_date", "due_date")
"""What the event of an issue says and the invoice must say for ever."""


def every_payment_has_an_outcome(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("no payment event is dropped")
    published = [each for each in evidence.heard if each.stream == "PAYMENTS"]
    kept = verdict.count("events acknowledged to their publisher and lost")
    numbers = {each.sequence for each in published}
    for number in setting.taken:
        kept.check(number in numbers, "", f"PAYMENTS {number} was acknowledged, and is not in the stream")
    _each_has_an_outcome(verdict, evidence, published)
    _each_is_told(verdict, evidence)
    balances = verdict.count("balances that the events do not explain")
    expected = expected_balances(evidence, published)
    for receivable in evidence.receivables:
        right = expected[receivable.number]
        what = f"{receivable.number}: {receivable.balance} {receivable.status}, the events say {right}"
        is_open = receivable.status is ReceivableStatus.OPEN
        fine = receivable.balance == right and is_open == (right > 0)
        balances.check(fine, str(receivable.invoice_id), what)
    return verdict


def _each_has_an_outcome(verdict: Verdict, evidence: Evidence, published: Sequence[Heard]) -> None:
    count = verdict.count("payment events without an outcome")
    dead = {letter.sequence for letter in evidence.dead if letter.stream == "PAYMENTS" and letter.reason}
    invoices = {each.number: str(each.invoice_id) for each in evidence.receivables}
    for each in published:
        known = evidence.payments.get(str((each.body or {}).get("payment_id")))
        has_outcome = known is not None and known.status is not PaymentStatus.AWAITED
        invoice = invoices.get(field_of(each, "invoice_number"), "")
        fine = each.sequence in dead or has_outcome
        count.check(fine, invoice, f"PAYMENTS {each.sequence}: no outcome of {each.body}")


def _each_is_told(verdict: Verdict, evidence: Evidence) -> None:
    count = verdict.count("payments whose publisher is not told what became of them, or why")
    answers = evidence.told(e.PaymentApplied.type, e.PaymentUnallocated.type, e.PaymentRejected.type)
    answered = {field_of(each, "payment_id") for each in answers}
    for payment in evidence.payments.values():
        told = payment.payment_id in answered or payment.status is PaymentStatus.REVERSED
        count.check(told, "", f"payment {payment.payment_id}: nobody was told that it is {payment.status}")
    for each in answers:
        if each.subject == e.PaymentRejected.type:
            has_reason = bool((each.body or {}).get("reason"))
            count.check(has_reason, "", f"payment {field_of(each, 'payment_id')}: rejected without a reason")


def expected_balances(evidence: Evidence, published: Sequence[Heard]) -> dict[str, Decimal]:
    """By invoice number: what the payment events alone leave of it."""
    told: dict[str, list[PaymentReceived]] = defaultdict(list)
    reversed_ids = set()
    for each in published:
        event = _payment(each)
        if isinstance(event, PaymentReceived):
            told[event.payment_id].append(event)
        if isinstance(event, PaymentReversed):
            reversed_ids.add(event.payment_id)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for payment_id, contents in told.items():
        known = evidence.payments.get(payment_id)
        if payment_id in reversed_ids or known is None or known.status is PaymentStatus.REJECTED:
            continue
        # of two contents under one identity either may have been read first: the recorded one, if it was told
        event = next((each for each in contents if each.amount == known.amount), contents[0])
        if event.invoice_number:
            sums[event.invoice_number] += event.amount
    return {each.number: max(Decimal(0), each.total - sums[each.number]) for each in evidence.receivables}


def _payment(heard: Heard) -> PaymentReceived | PaymentReversed | None:
    kinds: dict[str, type[PaymentReceived] | type[PaymentReversed]] = {
        PaymentReceived.type: PaymentReceived,
        PaymentReversed.type: PaymentReversed,
    }
    try:
        return kinds[heard.subject].model_validate(heard.body)
    except (KeyError, ValidationError):
        return None


def numbers_are_whole(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("numbers are whole, invoices stay as they were issued")
    known = {str(invoice["id"]): invoice for invoice in evidence.invoices if invoice["number"]}
    _no_gap(verdict, known)
    _nothing_changed(verdict, evidence, setting, known)
    _each_issued_once(verdict, evidence, setting, known)
    return verdict


def _no_gap(verdict: Verdict, known: Mapping[str, Mapping[str, Any]]) -> None:
    count = verdict.count("gaps and duplicates in the numbers")
    numbers: dict[str, Counter[int]] = defaultdict(Counter)
    for invoice_id, invoice in known.items():
        found = NUMBER.fullmatch(str(invoice["number"]))
        if found is None:
            count.check(False, invoice_id, f"{invoice['number']} is no number of a series")
        else:
            numbers[found[1]][int(found[2])] += 1
    for series, used in numbers.items():
        for number in range(1, max(used) + 1):
            times = used[number]
            count.check(times == 1, "", f"{series}-{number:05d} was given {times} times")


def _nothing_changed(
    verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Mapping[str, Any]]
) -> None:
    count = verdict.count("issued invoices that changed")
    for issued in setting.issued.values():
        now = known.get(issued.invoice_id, {})
        same = now.get("number") == issued.number and Decimal(now.get("total", "-1")) == issued.total
        count.check(same, issued.invoice_id, f"issued as {issued}, now {now}")
    for each in evidence.told(e.InvoiceIssued.type):
        body, now = each.body or {}, known.get(field_of(each, "invoice_id"), {})
        changed = [f"{name}: {body[name]}, now {now.get(name)}" for name in KEPT if body[name] != now.get(name)]
        count.check(not changed, field_of(each, "invoice_id"), "; ".join(changed))


def _each_issued_once(
    verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Mapping[str, Any]]
) -> None:
    count = verdict.count("invoices issued twice, or that nobody asked for")
    events = Counter(field_of(each, "invoice_id") for each in evidence.told(e.InvoiceIssued.type))
    asked = {issued.invoice_id for issued in setting.issued.values()}
    for invoice_id, invoice in known.items():
        told = events[invoice_id]
        count.check(told == 1, invoice_id, f"{invoice['number']}: {told} events say that it was issued")
        count.check(invoice_id in asked, invoice_id, f"{invoice['number']}: issued without being asked for")

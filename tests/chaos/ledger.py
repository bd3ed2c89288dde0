"""I4 and I5: money and numbers, judged from the payment events themselves."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from pydantic import ValidationError

from contracts import events as e
from contracts.events import PaymentReceived, PaymentReversed
from services.billing.payments.models import PaymentStatus
from tests.chaos.evidence import Evidence, Heard, field_of
from tests.chaos.verdict import Setting, Verdict

NUMBER = re.compile(r"(.+)-(\d+)")


def every_payment_has_an_outcome(evidence: Evidence) -> Verdict:
    verdict = Verdict("every payment event has an outcome, and the balances are right")
    dead = {letter.sequence for letter in evidence.dead if letter.stream == "PAYMENTS"}
    answered = {
        field_of(each, "payment_id")
        for each in evidence.told(e.PaymentApplied.type, e.PaymentUnallocated.type, e.PaymentRejected.type)
    }
    published = [each for each in evidence.heard if each.stream == "PAYMENTS"]
    for each in published:
        known = evidence.payments.get(str((each.body or {}).get("payment_id")))
        has_outcome = known is not None and known.status is not PaymentStatus.AWAITED
        verdict.check(each.sequence in dead or has_outcome, "", f"PAYMENTS {each.sequence}: no outcome of {each.body}")
    for payment in evidence.payments.values():
        told = payment.payment_id in answered or payment.status is PaymentStatus.REVERSED
        verdict.check(told, "", f"payment {payment.payment_id}: nobody was told that it is {payment.status}")
    expected = expected_balances(evidence, published)
    for receivable in evidence.receivables:
        right = expected[receivable.number]
        verdict.check(
            receivable.balance == right,
            str(receivable.invoice_id),
            f"{receivable.number}: the balance is {receivable.balance}, the events say {right}",
        )
    return verdict


def expected_balances(evidence: Evidence, published: Sequence[Heard]) -> dict[str, Decimal]:
    """By invoice number: what the payment events alone leave of it."""
    paid: dict[str, tuple[str | None, Decimal]] = {}
    reversed_ids = set()
    for each in published:
        event = _payment(each)
        if isinstance(event, PaymentReceived):
            paid[event.payment_id] = (event.invoice_number, event.amount)
        if isinstance(event, PaymentReversed):
            reversed_ids.add(event.payment_id)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for payment_id, (number, amount) in paid.items():
        known = evidence.payments.get(payment_id)
        if number and payment_id not in reversed_ids and known and known.status is not PaymentStatus.REJECTED:
            sums[number] += amount
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
    verdict = Verdict("no gap and no duplicate in the numbers, no issued invoice changed")
    numbers: dict[str, list[int]] = defaultdict(list)
    known = {str(invoice["id"]): invoice for invoice in evidence.invoices if invoice["number"]}
    for invoice in known.values():
        if found := NUMBER.fullmatch(str(invoice["number"])):
            numbers[found[1]].append(int(found[2]))
    for series, used in numbers.items():
        verdict.check(sorted(used) == list(range(1, len(used) + 1)), "", f"{series}: {sorted(used)}")
    for issued in setting.issued.values():
        now = known.get(issued.invoice_id, {})
        same = now.get("number") == issued.number and Decimal(now.get("total", "-1")) == issued.total
        verdict.check(same, issued.invoice_id, f"issued as {issued}, now {now}")
    events = Counter(field_of(each, "invoice_id") for each in evidence.told(e.InvoiceIssued.type))
    for invoice_id, invoice in known.items():
        told = events[invoice_id]
        verdict.check(told == 1, invoice_id, f"{invoice['number']}: {told} events say that it was issued")
    asked = {issued.invoice_id for issued in setting.issued.values()}
    verdict.check(set(known) == asked, "", f"issued without being asked for: {set(known) - asked}")
    return verdict

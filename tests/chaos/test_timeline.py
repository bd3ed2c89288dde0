"""The story of an invoice leaves out nothing that anyone knows of it."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.dead_letters import DeadLetter
from contracts import events as e
from services.billing.payments.models import PaymentStatus
from tests.chaos.evidence import Evidence, Paper
from tests.chaos.mailbox.faults import Conversation, Fault
from tests.chaos.published import REVERSED, Published
from tests.chaos.test_judge import GOOD, INVOICE, KEY, SETTING, an_event, seconds
from tests.chaos.test_payments import OTHER, a_payment, a_run, allocated, answered, paid, publishing, refusal, rejected
from tests.chaos.timeline import timeline
from tests.chaos.verdict import Setting

SECOND = "0197f3c2-0000-7000-8000-000000000043"


def story(evidence: Evidence, setting: Setting = SETTING, invoice: str = INVOICE) -> list[str]:
    return [f"{moment.who} {moment.what}" for moment in timeline(evidence, setting, invoice, ())]


def those(lines: Sequence[str], beginning: str) -> list[str]:
    return [line for line in lines if line.startswith(beginning)]


BACK = an_event(e.PaymentReversed, 2, "back", payment_id="p", reason="unpaid")


def test_a_reversal_and_the_answers_to_a_payment_are_told() -> None:
    applied = answered(e.PaymentApplied)
    undone = answered(e.PaymentApplied, "reversed on 2026-02-10: unpaid", "undone")
    payment = a_payment(status=PaymentStatus.REVERSED, allocations=[allocated("30.00"), allocated("-30.00")])
    lines = story(a_run(paid(), BACK, applied, undone, payment=payment))
    assert len(those(lines, "stream PAYMENTS 1: payments.payment.received.v1 {'payment_id': 'p'")) == 1
    assert len(those(lines, "stream PAYMENTS 2: payments.payment.reversed.v1 {'payment_id': 'p'")) == 1
    assert len(those(lines, "stream BILLING 20: billing.payment.applied.v1 {'payment_id': 'p'")) == 2
    assert any("'reason': 'reversed on 2026-02-10: unpaid'" in line for line in lines)
    assert those(lines, "billing payment p of 30.00: reversed, no reason")


def test_a_payment_is_told_to_every_invoice_that_got_of_it() -> None:
    allocations = [{"invoice_id": SECOND, "number": "F-2026-00002", "amount": "30.00"}]
    moved = an_event(e.PaymentApplied, 20, "moved", payment_id="p", allocations=allocations)
    lines = story(a_run(paid(), BACK, moved), invoice=SECOND)
    assert [line.partition(":")[0] for line in lines] == ["stream PAYMENTS 1", "stream PAYMENTS 2", "stream BILLING 20"]


def test_a_rejection_is_told_with_what_was_refused() -> None:
    bad, why = paid(method="virement"), "method: Input should be 'transfer' (got 'virement')"
    lines = story(a_run(bad, answered(e.PaymentRejected, why), payment=rejected(why, refusal(bad, why))))
    assert those(lines, "stream BILLING 20: billing.payment.rejected.v1 {'payment_id': 'p'")
    assert those(lines, f"billing payment p of None: rejected, {why}")
    [refused] = those(lines, f"billing refuses payments.payment.received.v1 of p, {why}: ")
    assert '"method": "virement"' in refused


def test_an_event_that_died_is_told_when_it_died_and_another_stream_s_is_not() -> None:
    lost, why = paid(sequence=7), "KeyError: 'customer'"
    dead = DeadLetter(1, seconds(30), "PAYMENTS", "billing-payment", 7, 8, why)
    evidence = a_run(lost, dead=[replace(dead, stream="DUNNING"), replace(dead, sequence=8), dead])
    last = timeline(evidence, SETTING, INVOICE, ())[-1]
    died = f"PAYMENTS 7 died at billing-payment, delivered 8 times: {why}"
    assert (last.at, last.who, last.what) == (seconds(30), "stream", died)
    assert len(those(story(evidence), "stream PAYMENTS 7 died")) == 1


def test_a_reversal_is_told_whose_payment_only_its_publisher_knows() -> None:
    setting = publishing(paid())
    setting = replace(setting, published=[*setting.published, Published(2, BACK.subject, BACK.body, REVERSED)])
    assert those(story(a_run(BACK), setting), "stream PAYMENTS 2: ")


def test_payments_of_others_are_not_told() -> None:
    foreign = an_event(e.PaymentReceived, 3, "foreign", payment_id="q", invoice_number="F-2026-00002")
    refused = an_event(e.PaymentRejected, 4, "refused", payment_id="q", reason=OTHER)
    known = a_payment(payment_id="q", invoice_number="F-2026-00002", allocations=[])
    assert story(replace(a_run(foreign, refused), payments={known.identity: known})) == story(GOOD)


def test_letters_calls_and_what_the_relay_did_not_keep_are_told() -> None:
    letter, lost = KEY.replace("first-reminder", "formal-notice"), KEY.replace("first", "second")
    paper = Paper(letter, INVOICE, "prepared", seconds(1), seconds(2))
    call = Paper(KEY.replace("first-reminder", "call"), SECOND, "opened", seconds(1), None)
    dropped = Conversation(key=lost, began=seconds(3), received=seconds(4), fault=Fault.DROP, kept=None)
    kept = Conversation(key=KEY, began=seconds(5), received=seconds(6), fault=None, kept="one")
    lines = story(replace(GOOD, papers=[paper, call], conversations=[dropped, kept]))
    assert those(lines, "notify ") == [f"notify {letter}: prepared, asked for at 12:00:01"]
    assert those(lines, "relay ") == [f"relay does not keep {lost}: {Fault.DROP}"]

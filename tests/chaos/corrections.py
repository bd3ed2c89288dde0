"""I4 where somebody is likeliest to be dunned after paying: a payment was refused, and came again corrected."""

from contracts.events import PaymentReversed
from services.billing.payments.models import PaymentStatus
from services.billing.payments.schemas import PaymentView
from tests.chaos.concerned import Concerned, first
from tests.chaos.evidence import Evidence
from tests.chaos.published import Ledger, named
from tests.chaos.verdict import Verdict

NOTHING_STANDS = (PaymentStatus.REJECTED, PaymentStatus.AWAITED)


def judge_corrections(verdict: Verdict, evidence: Evidence, ledger: Ledger, concerned: Concerned) -> None:
    """A refusal leaves nothing behind: the corrected payment counts as if it came for the first time."""
    count = verdict.count("payments refused at first that do not count once they are corrected", is_needed=False)
    for identity in sorted(ledger.identities):
        known, contents = evidence.payments.get(identity), ledger.contents.get(identity)
        if known and contents and ledger.rejected.get(identity) and _was_refused_first(known):
            refused = [each.reason for each in known.refusals]
            fine = known.status not in NOTHING_STANDS and known.reason not in refused
            what = f"payment {named(identity)} came corrected, it is {known.status}, {known.reason}; refused: {refused}"
            count.check(fine, first(concerned.of_payment(identity)), what)


def _was_refused_first(payment: PaymentView) -> bool:
    """Before any money of it moved. Of one that moved none it cannot be told, unless nothing stands at all."""
    refused = [each.refused_at for each in payment.refusals if each.type != PaymentReversed.type]
    moved = [each.made_at for each in payment.allocations]
    if not refused or not moved:
        return payment.status in NOTHING_STANDS
    return min(refused) < min(moved)

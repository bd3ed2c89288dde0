"""What became of one payment event: in `/payments`, among billing's answers, and among the dead letters."""

import json
from collections import defaultdict
from collections.abc import Sequence

from contracts import events as e
from contracts.events import PaymentReceived
from services.billing.payments.models import PaymentStatus
from services.billing.payments.schemas import RefusalView
from tests.chaos.evidence import Evidence, Heard, KnownPayment
from tests.chaos.published import Expected, Fate, Identity, Ledger, as_billing_keeps, identity_of, received, text_of

OTHER_CONTENT = "payment_id: "
UNDONE = "reversed on "
APPLIED, UNALLOCATED, REJECTED = e.PaymentApplied.type, e.PaymentUnallocated.type, e.PaymentRejected.type


def standing_of(evidence: Evidence, ledger: Ledger, identity: Identity) -> PaymentReceived:
    """Of two contents under one identity either may be read first, and stands: the recorded one, if it was told."""
    known, contents = evidence.payments.get(identity), list(ledger.contents[identity].values())
    recorded = [each for each in contents if known is not None and each.amount == known.amount]
    return (recorded or contents)[0]


def as_it_came(refusal: RefusalView) -> str:
    return text_of(json.loads(refusal.content))


def reason_of(answer: Heard) -> str:
    return str((answer.body or {}).get("reason") or "")


class Outcomes:
    """`wrong` says why an event did not end as it must; empty when it did."""

    def __init__(self, evidence: Evidence, ledger: Ledger) -> None:
        self.evidence, self.ledger = evidence, ledger
        self.dead: dict[int, list[str]] = defaultdict(list)
        for letter in evidence.dead:
            if letter.stream == "PAYMENTS":
                self.dead[letter.sequence].append(letter.reason)
        self.told: dict[tuple[str, Identity], list[str]] = defaultdict(list)
        for each in evidence.told(APPLIED, UNALLOCATED, REJECTED):
            self.told[each.subject, identity_of(each.body)].append(reason_of(each))

    def wrong(self, expected: Expected, event: Heard) -> str:
        died = self.dead[event.sequence]
        if expected.fate is Fate.DEAD:
            return "" if _begins(died, expected.reason) else f"no dead letter for {expected.reason!r}, but {died}"
        known = self.evidence.payments.get(identity_of(event.body))
        why = self._wrong(expected, event, known) if known else "its payment is unknown"
        return f"{why}, dead letters: {died}" if why and died else why

    def _wrong(self, expected: Expected, event: Heard, known: KnownPayment) -> str:
        if expected.fate is Fate.REVERSED:
            return self._not_undone(known)
        kept = as_billing_keeps(event.subject, event.body)
        refused = [each.reason for each in known.refusals if (each.type, as_it_came(each)) == (event.subject, kept)]
        if expected.fate is Fate.REJECTED:
            return self._not_rejected(known, refused, *self._reasons(expected, event))
        standing = standing_of(self.evidence, self.ledger, known.identity)
        if standing is not self.ledger.contents[known.identity].get(kept):
            return self._not_rejected(known, refused, OTHER_CONTENT)
        return self._not_recorded(known, expected, refused)

    def _reasons(self, expected: Expected, event: Heard) -> list[str]:
        """What can be read is told what it lacks, or, read after its correction, that it differs from what stands."""
        is_readable = event.subject == PaymentReceived.type and received(event.body) is not None
        is_corrected = bool(self.ledger.contents.get(identity_of(event.body)))
        return [expected.reason, *([OTHER_CONTENT] if is_readable and is_corrected else [])]

    def _not_rejected(self, known: KnownPayment, refused: Sequence[str], *reasons: str) -> str:
        told = self.told[REJECTED, known.identity]
        if not any(_begins(refused, reason) for reason in reasons):
            return f"to be rejected as {' or '.join(map(repr, reasons))}, it was refused as {refused}"
        return "" if set(refused) <= set(told) else f"refused as {refused}, and its publisher was told {told}"

    def _not_recorded(self, known: KnownPayment, expected: Expected, refused: Sequence[str]) -> str:
        status, identity = known.status, known.identity
        if refused or status in (PaymentStatus.REJECTED, PaymentStatus.AWAITED):
            return f"a valid payment, it is {status}, {refused or known.reason}"
        if identity in self.ledger.reversed:
            return ""  # its reversal is judged
        if status is PaymentStatus.REVERSED:
            return "it was reversed, and nobody asked for that"
        if expected.fate is Fate.UNALLOCATED and not _begins([known.reason or ""], expected.reason):
            return f"it is {status} for {known.reason!r}, not for {expected.reason!r}"
        told = self.told[APPLIED if status is PaymentStatus.APPLIED else UNALLOCATED, identity]
        is_told = any(told) or (status is PaymentStatus.APPLIED and told)
        return "" if is_told else f"nobody was told that it is {status}, and why"

    def _not_undone(self, known: KnownPayment) -> str:
        told = [*self.told[APPLIED, known.identity], *self.told[UNALLOCATED, known.identity]]
        is_paid = known.identity in self.ledger.contents
        due = PaymentStatus.REVERSED if is_paid else PaymentStatus.AWAITED
        is_told = _begins(told, UNDONE if is_paid else OTHER_CONTENT)
        return "" if known.status is due and is_told else f"reversed, it is {known.status}; told: {told}"


def _begins(reasons: Sequence[str], beginning: str) -> bool:
    return any(reason.startswith(beginning) for reason in reasons if reason)

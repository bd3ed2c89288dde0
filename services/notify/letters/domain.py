"""The life of a letter: prepared, then posted or withdrawn."""

import hashlib
from datetime import date, datetime

from chassis.caller import Author
from chassis.dates import business_day, last_today
from chassis.problems import DomainError, InvalidField
from contracts.actions import WITHDRAWN_FOR, ActionOutcome, ActionStatus, DunningContext, PrepareLetter
from contracts.events import LetterPosted, LetterPrepared
from contracts.receivable import Receivable
from services.notify.closings.domain import reason_of_balance, reason_of_due_date
from services.notify.letters.models import Letter, LetterStatus, WithdrawalCause
from services.notify.letters.press import Printed
from services.notify.messages.domain import contact_of, reference_of


class LetterWithdrawn(DomainError):
    def __init__(self, letter: Letter) -> None:
        super().__init__(f"The letter about {letter.reference} was withdrawn. {letter.reason}")


class LetterAlreadyPosted(DomainError):
    def __init__(self, letter: Letter) -> None:
        tracking = f" with tracking number {letter.tracking_number}" if letter.tracking_number else ""
        super().__init__(f"The letter about {letter.reference} was posted on {letter.posted_on}{tracking}.")


class BatchInParts(DomainError):
    def __init__(self, day: date, parts: int) -> None:
        super().__init__(f"The letters of {day} are too many for one file; expected part: 1 to {parts}.")


def prepared_letter(organisation: str, asked: PrepareLetter, subject: str, printed: Printed) -> Letter:
    context, contact = asked.context, contact_of(asked.context)
    receivable = context.receivable if isinstance(context, DunningContext) else None
    return Letter(
        organisation=organisation,
        key=asked.key,
        template=asked.template,
        language=contact.language,
        customer_id=contact.customer_id,
        invoice_id=receivable.invoice_id if receivable else None,
        receivable_version=receivable.version if receivable else None,
        balance=receivable.balance if receivable else None,
        due_date=receivable.due_date if receivable else None,
        reference=reference_of(context),
        recipient=contact.name,
        subject=subject,
        status=LetterStatus.PREPARED,
        prepared_at=asked.at,
        prepared_on=context.today,
        settled_at=asked.at,
        pages=printed.pages,
        sha256=hashlib.sha256(printed.pdf).hexdigest(),
    )


def withdraw(letter: Letter, cause: WithdrawalCause, reason: str, *, now: datetime) -> None:
    letter.status = LetterStatus.WITHDRAWN
    letter.cause, letter.reason = cause, reason
    letter.settled_at = now


def close(letter: Letter, reason: str, *, now: datetime) -> None:
    """Its invoice is owed no more: nobody need decide on it either, where it was withdrawn before."""
    if not _is_withdrawn_for(letter, WithdrawalCause.CLOSED):
        withdraw(letter, WithdrawalCause.CLOSED, reason, now=now)


def follow(letter: Letter, receivable: Receivable, *, now: datetime) -> LetterPrepared | None:
    """Withdraw a letter that is not right any more. One that was withdrawn and is right again goes into the batch of
    the day, and is told.
    """
    match _wrong_in(letter, receivable):
        case None if letter.status is LetterStatus.PREPARED:
            letter.cause = None  # the release before leaves it where it brings a letter back
            return None
        case None:
            letter.status, letter.settled_at = LetterStatus.PREPARED, now
            letter.cause = letter.reason = None
            letter.prepared_on = business_day(now)
            return preparation_of(letter)
        case WithdrawalCause.DUE_DATE_MOVED as cause:
            reason = reason_of_due_date(receivable, now=now)
        case cause:
            reason = reason_of_balance(receivable, now=now)
    if not _is_withdrawn_for(letter, cause):
        withdraw(letter, cause, reason, now=now)
    return None


def _is_withdrawn_for(letter: Letter, cause: WithdrawalCause) -> bool:
    return letter.status is LetterStatus.WITHDRAWN and letter.cause is cause


def _wrong_in(letter: Letter, receivable: Receivable) -> WithdrawalCause | None:
    """It asks for more than is owed, or nobody knows for how much; or it says another due date."""
    if letter.balance is None or letter.balance > receivable.balance:
        return WithdrawalCause.LESS_OWED
    if letter.due_date not in (None, receivable.due_date):
        return WithdrawalCause.DUE_DATE_MOVED
    return None


def post(
    letter: Letter, posted_on: date, tracking_number: str | None, *, by: Author, now: datetime
) -> LetterPosted | None:
    """Note that the letter left. None when that is known; a missing tracking number may be added later."""
    if letter.status is LetterStatus.WITHDRAWN:
        raise LetterWithdrawn(letter)
    # an organisation far from Paris has another today: who posts there may say theirs, or that of Paris
    first, last = min(letter.prepared_on, business_day(now)), last_today(now)
    if not first <= posted_on <= last:
        expected = f"a date from {first}, when it was prepared, to {last}"
        raise InvalidField("posted_on", posted_on.isoformat(), expected)
    if letter.status is LetterStatus.POSTED:
        _complete_tracking(letter, posted_on, tracking_number)
        return None
    letter.status = LetterStatus.POSTED
    letter.posted_on, letter.tracking_number, letter.settled_at = posted_on, tracking_number, now
    letter.posted_by, letter.posted_by_name = by.id, by.name
    return LetterPosted(
        organisation=letter.organisation, key=letter.key, recipient=letter.recipient, outcome=letter.status.value
    )


def _complete_tracking(letter: Letter, posted_on: date, tracking_number: str | None) -> None:
    """A letter is posted once; the same words twice are one fact."""
    if letter.posted_on != posted_on or (letter.tracking_number and letter.tracking_number != tracking_number):
        raise LetterAlreadyPosted(letter)
    letter.tracking_number = tracking_number


def preparation_of(letter: Letter) -> LetterPrepared:
    return LetterPrepared(
        organisation=letter.organisation, key=letter.key, recipient=letter.recipient, outcome=letter.status.value
    )


def _to_decide_on(letter: Letter) -> str | None:
    """The cause of a withdrawal that leaves a decision to a person."""
    if letter.status is LetterStatus.WITHDRAWN and letter.cause and letter.cause is not WithdrawalCause.CLOSED:
        return letter.cause.value
    return None


def outcome_of(letter: Letter) -> ActionOutcome:
    evidence = {
        "letter_id": str(letter.id),
        "sha256": letter.sha256,
        "prepared_on": letter.prepared_on.isoformat(),
        "posted_on": letter.posted_on.isoformat() if letter.posted_on else None,
        "tracking_number": letter.tracking_number,
        WITHDRAWN_FOR: _to_decide_on(letter),
    }
    return ActionOutcome(
        key=letter.key,
        status=ActionStatus(letter.status.value),
        recipient=letter.recipient,
        reason=letter.reason,
        evidence={name: value for name, value in evidence.items() if value},
        at=letter.settled_at,
    )

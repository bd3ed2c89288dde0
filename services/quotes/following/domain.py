"""What the follow-up of a quote does next: the same plan that its workflow follows."""

from collections.abc import Sequence
from datetime import datetime

from contracts.clock import Clock
from contracts.quote_followup import QuoteFollowUp
from services.quotes.following.models import QuoteMail
from services.quotes.following.schemas import Act, FollowUpView, MailStatus, MailView, NextAct
from services.quotes.quotes.domain import expires_at, follow_up_of
from services.quotes.quotes.models import Quote, QuoteStatus
from workflows.quote_followup.plan import follow_up_moment

ACTS = {"send": Act.SEND, "follow-up": Act.FOLLOW_UP}
"""By the name in a message's business key."""
MADE = (MailStatus.SENT, MailStatus.UNCERTAIN)


def follow_up_view(quote: Quote, mails: Sequence[QuoteMail], *, now: datetime) -> FollowUpView | None:
    """None for a draft."""
    if quote.status is QuoteStatus.DRAFT:
        return None
    done = [mail for mail in mails if mail.status is not MailStatus.PLANNED]
    following = _next(quote, mails, now=now) if quote.status is QuoteStatus.SENT else None
    return FollowUpView(done=[_view(mail) for mail in done], next=following)


def _view(mail: QuoteMail) -> MailView:
    return MailView(name=ACTS[mail.name], status=mail.status, recipient=mail.recipient, reason=mail.reason, at=mail.at)


def _next(quote: Quote, mails: Sequence[QuoteMail], *, now: datetime) -> NextAct:
    """One follow-up after the quote itself was sent; nothing is sent after what could not be delivered."""
    status = {mail.name: mail.status for mail in mails}
    case = follow_up_of(quote, Clock())
    if status.get("send") is MailStatus.PLANNED:
        return NextAct(act=Act.SEND, at=case.sent_at)
    moment = _follow_up_due(case, status.get("send"), now=now)
    if moment is not None and "follow-up" not in status:
        return NextAct(act=Act.FOLLOW_UP, at=moment)
    return NextAct(act=Act.EXPIRE, at=expires_at(quote))


def _follow_up_due(case: QuoteFollowUp, sent: MailStatus | None, *, now: datetime) -> datetime | None:
    moment = follow_up_moment(case)
    if sent is None:  # sent before e-mails were recorded: what is past was done, or will not be
        return moment if moment is not None and moment > now else None
    return moment if sent in MADE else None

"""When a quote is followed up. Pure."""

from datetime import datetime, timedelta

from contracts.quote_followup import QuoteFollowUp
from workflows.dunning.calendar import local_day, moment_of


def follow_up_moment(case: QuoteFollowUp) -> datetime | None:
    """The sending hour of the working day on which the follow-up falls; None when the quote is over by then."""
    day = local_day(case.sent_at, case.calendar) + timedelta(days=case.follow_up_days)
    moment = moment_of(day, case.calendar)
    return moment if moment < case.expires_at else None

"""Rules of the customer's own answer."""

import re
from datetime import date, datetime

from chassis.dates import business_day
from chassis.problems import InvalidField
from services.quotes.documents.words import WORDS
from services.quotes.public.schemas import PublicAcceptance
from services.quotes.quotes.models import Quote, QuoteStatus


def check_mention(given: str) -> None:
    """The words themselves have to be typed, in either language; their case and final stop do not matter."""
    expected = [words.agreement for words in WORDS.values()]
    if _plain(given) not in map(_plain, expected):
        raise InvalidField("mention", given, " or ".join(expected))


def check_date(quote: Quote, dated: date, *, now: datetime) -> None:
    """Neither before the quote nor in the future, in whichever zone the customer is."""
    today = business_day(now)
    if quote.sent_on is not None and not quote.sent_on <= dated <= today:
        raise InvalidField("dated", dated.isoformat(), f"a date from {quote.sent_on} to {today}")


def is_the_same_acceptance(quote: Quote, given: PublicAcceptance) -> bool:
    """Whether the quote was accepted with these very words: sent twice, it is one acceptance."""
    kept = quote.acceptance
    return kept is not None and (kept.name, kept.role, kept.mention) == (given.name, given.role, given.mention)


def is_the_same_refusal(quote: Quote, reason: str) -> bool:
    return quote.status is QuoteStatus.REFUSED and quote.refusal_reason == reason


def _plain(text: str) -> str:
    return re.sub(r"[\s«»\"'.!]+", " ", text).strip().casefold()

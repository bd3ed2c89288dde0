"""What an event is about, and who hears of it.

A topic is the noun of an event, such as `billing.invoice`, or the id of something that it concerns.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from contracts.rights import Right

EVERYTHING = "everything"
AUDIT = "audit.entry"

R = Right

READERS: Mapping[str, frozenset[Right]] = {
    "billing.customer": frozenset({R.CUSTOMERS_READ}),
    "billing.invoice": frozenset({R.INVOICES_READ, R.RECEIVABLES_READ}),
    "billing.payment": frozenset({R.PAYMENTS_READ}),
    "dunning.case": frozenset({R.CASES_READ}),
    "dunning.step": frozenset({R.CASES_READ, R.JOURNAL_READ}),
    "identity.user": frozenset({R.USERS_READ}),
    "notify.letter": frozenset({R.LETTERS_READ}),
    "notify.message": frozenset({R.MESSAGES_READ}),
    "notify.task": frozenset({R.TASKS_READ}),
    "payments.payment": frozenset({R.PAYMENTS_READ}),
    "quotes.quote": frozenset({R.QUOTES_READ}),
}
"""Who has one of these rights hears of events of this noun."""

Topics = set[str]


def topics_of(kind: str, data: dict[str, Any]) -> Topics:
    """Of an entry of the audit, what was changed alone."""
    noun = _noun(kind)
    return {*_ids(data)} if noun == AUDIT else {noun, *_ids(data)}


def readers_of(kind: str, data: dict[str, Any]) -> frozenset[Right]:
    """An entry of the audit tells of what a service holds: whoever reads any of that looks at it again."""
    noun = _noun(kind)
    if noun != AUDIT:
        return READERS.get(noun, frozenset())
    beginning = f"{data.get('service')}."
    return frozenset().union(*(rights for name, rights in READERS.items() if name.startswith(beginning)))


def _noun(kind: str) -> str:
    return ".".join(kind.split(".")[:2])


def _ids(value: object) -> Iterator[str]:
    """Every UUID that the data names, also at the beginning of a key such as `{invoice_id}:standard:call:1`."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each)
    elif isinstance(value, str) and len(value) >= 36 and value[8:9] == "-":
        try:
            yield str(UUID(value[:36]))
        except ValueError:
            return

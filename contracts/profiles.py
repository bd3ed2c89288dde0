"""Profiles: which role may do what. These are the ones that an organisation starts with; it may edit its own."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from contracts.base import Contract, Key, Text
from contracts.rights import Access, Field, Right


class Role(StrEnum):
    """The keys of the default profiles."""

    ADMIN = "admin"
    ACCOUNTANT = "accountant"
    COLLECTOR = "collector"
    SALES = "sales"
    VIEWER = "viewer"
    SERVICE = "service"


EVERY_STAGE: Final = "*"


class Profile(Contract):
    """`fields` and `stages` say what is not `hidden`; the stage `*` stands for those that are not named."""

    key: Key
    names: dict[str, Text]
    rights: frozenset[Right]
    fields: dict[Field, Access]
    stages: dict[str, Access]


def access_in(stages: Mapping[str, Access], stage: str) -> Access:
    """To what stands in this stage of a pipeline."""
    return stages.get(stage, stages.get(EVERY_STAGE, Access.HIDDEN))


R = Right

READING = frozenset(
    {
        *(R.SELLER_READ, R.CUSTOMERS_READ, R.INVOICES_READ, R.RECEIVABLES_READ, R.PAYMENTS_READ, R.QUOTES_READ),
        *(R.CASES_READ, R.EXCLUSIONS_READ, R.JOURNAL_READ, R.SCENARIOS_READ, R.RULES_READ, R.POLICY_READ),
        *(R.RECONCILIATION_READ, R.TEMPLATES_READ, R.MESSAGES_READ, R.LETTERS_READ, R.TASKS_READ, R.ACTIONS_READ),
        *(R.PIPELINE_READ, R.ORGANISATION_READ, R.COMMENTS_READ),
    }
)
"""What every default profile may."""

ACCOUNTING = frozenset(
    {
        *(R.CUSTOMERS_WRITE, R.COMMENTS_WRITE, R.INVOICES_DRAFT, R.INVOICES_ISSUE, R.INVOICES_CREDIT),
        *(R.RECEIVABLES_NEGOTIATE, R.RECEIVABLES_WRITE_OFF),
        *(R.PAYMENTS_RECORD, R.PAYMENTS_REVERSE, R.PAYMENTS_MATCH),
        *(R.CASES_STEER, R.EXCLUSIONS_WRITE, R.TEMPLATES_PREVIEW, R.LETTERS_POST),
    }
)
COLLECTING = frozenset(
    {
        *(R.COMMENTS_WRITE, R.RECEIVABLES_NEGOTIATE, R.CASES_STEER, R.EXCLUSIONS_WRITE),
        *(R.TEMPLATES_PREVIEW, R.MESSAGES_SETTLE, R.LETTERS_POST, R.TASKS_COMPLETE),
    }
)
SELLING = frozenset(
    {
        *(R.CUSTOMERS_WRITE, R.COMMENTS_WRITE, R.INVOICES_DRAFT, R.TEMPLATES_PREVIEW),
        *(R.QUOTES_WRITE, R.QUOTES_SEND, R.QUOTES_ANSWER, R.QUOTES_SHARE),
    }
)
SERVING = frozenset(
    {
        *(R.PAYMENTS_RECORD, R.PAYMENTS_REVERSE, R.QUOTES_EXPIRE, R.QUOTES_SHARE, R.CASES_CARRY_OUT),
        *(R.MESSAGES_SEND, R.LETTERS_PREPARE, R.TASKS_OPEN, R.OVERDUE_LISTS_READ),
    }
)

EDITS_ALL = dict.fromkeys(Field, Access.EDITABLE)
SEES_ALL = dict.fromkeys(Field, Access.VISIBLE)
SEES_DISCOUNTS = {Field.QUOTE_DISCOUNT: Access.VISIBLE}
SELLS = {Field.QUOTE_DISCOUNT: Access.EDITABLE}


def _profile(
    role: Role, en: str, fr: str, rights: Iterable[Right], fields: dict[Field, Access], stages: Access
) -> Profile:
    names = {"en": en, "fr": fr}
    return Profile(key=role, names=names, rights=frozenset(rights), fields=fields, stages={EVERY_STAGE: stages})


DEFAULT_PROFILES: dict[Role, Profile] = {
    Role(profile.key): profile
    for profile in (
        _profile(Role.ADMIN, "Administrator", "Administrateur", Right, EDITS_ALL, Access.EDITABLE),
        _profile(Role.ACCOUNTANT, "Accountant", "Comptable", READING | ACCOUNTING, SEES_ALL, Access.VISIBLE),
        _profile(
            Role.COLLECTOR, "Collector", "Chargé de recouvrement", READING | COLLECTING, SEES_DISCOUNTS, Access.VISIBLE
        ),
        _profile(Role.SALES, "Salesperson", "Commercial", READING | SELLING, SELLS, Access.EDITABLE),
        _profile(Role.VIEWER, "Viewer", "Lecteur", READING, SEES_DISCOUNTS, Access.VISIBLE),
        _profile(Role.SERVICE, "Service", "Service", READING | SERVING, EDITS_ALL, Access.EDITABLE),
    )
}

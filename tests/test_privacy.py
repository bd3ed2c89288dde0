"""Where personal data lives: no column comes to a table without someone saying whether it tells of a person."""

import importlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from chassis.personal.held import Held
from chassis.personal.pruning import Pruning
from services.billing.lapsing.store import prunings as of_billing
from services.billing.privacy import store as billing
from services.billing.settings import Settings as BillingSettings
from services.dunning.privacy import store as dunning
from services.dunning.settings import Settings as DunningSettings
from services.identity.privacy import store as identity
from services.identity.settings import Settings as IdentitySettings
from services.notify.privacy import store as notify
from services.notify.settings import Settings as NotifySettings
from services.quotes.privacy import store as quotes
from services.quotes.settings import QuotesSettings

ROOT = Path(__file__).parents[1]
SERVICES = ("billing", "dunning", "identity", "notify", "quotes")
EVERY = "every"
"""Stands for the service of the tables that each database has."""
HELD = [each.HOLDINGS for each in (billing, dunning, identity, notify, quotes)]
PRUNED = {
    "billing": of_billing(BillingSettings.model_construct()),
    "dunning": dunning.prunings(DunningSettings.model_construct()),
    "identity": identity.prunings(IdentitySettings.model_construct()),
    "notify": notify.prunings(NotifySettings.model_construct()),
    "quotes": quotes.prunings(QuotesSettings.model_construct()),
}
AS_LONG_AS_THERE_IS_A_CONTRACT = "billing.customers."
"""What is known of customers stays until they are erased: no period can be given."""
MARKS = {"-", "staff", "erased", "law", "expires"}


def listed() -> dict[str, str]:
    """The mark of each column, such as `billing.customers.name`."""
    lines = [
        line.split() for line in (ROOT / "tests/privacy.txt").read_text().splitlines() if line[:1] not in ("#", "")
    ]
    marks = dict(lines)
    assert len(marks) == len(lines), "a column is listed twice"
    return marks


def columns() -> set[str]:
    """Of the models of all services and of the chassis."""
    for path in [*ROOT.glob("services/*/*/models.py"), *(ROOT / "chassis").glob("*.py")]:
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = set()
    for mapper in SQLModel._sa_registry.mappers:
        room, service = mapper.class_.__module__.split(".")[:2]
        if room in ("services", "chassis"):
            owner = service if room == "services" else EVERY
            found |= {f"{owner}.{mapper.local_table}.{column.name}" for column in mapper.columns}
    return found


def test_every_column_is_listed_as_personal_or_not() -> None:
    known, real = set(listed()), columns()

    assert {column.split(".")[0] for column in real} == {*SERVICES, EVERY}
    assert sorted(real - known) == [], "say in tests/privacy.txt whether it tells of a person"
    assert sorted(known - real) == [], "listed in tests/privacy.txt, but there is no such column"


def test_every_mark_is_one_that_means_something() -> None:
    assert set(listed().values()) == MARKS


@pytest.mark.parametrize(
    "table", sorted({column.rpartition(".")[0] for column, mark in listed().items() if mark != "-"})
)
def test_the_page_on_privacy_names_every_table_with_personal_data(table: str) -> None:
    assert f"`{table.rpartition('.')[2]}`" in (ROOT / "docs/privacy.md").read_text()


def gone(service: str, rules: Iterable[Held | Pruning]) -> set[str]:
    """The columns that these rules empty. Where a table has rows that are emptied, deleting others does not count."""
    rules = list(rules)
    emptied = {rule.table for rule in rules if rule.empty is not None}
    found: set[str] = set()
    for rule in rules:
        if rule.empty is not None:
            found |= {f"{service}.{rule.table}.{name}" for name in rule.empty}
        elif rule.table not in emptied:
            found |= {f"{service}.{rule.table}.{name}" for name in rule.model.model_fields}
    return found


def marked(*marks: str) -> set[str]:
    return {column for column, mark in listed().items() if mark in marks and not column.startswith(f"{EVERY}.")}


def test_erasing_a_customer_takes_every_column_that_is_listed_so() -> None:
    erased = set().union(
        *(gone(held.service, [each for each in held.held if each.until is None]) for held in HELD),
    )
    assert sorted(marked("erased") - erased) == []


def test_every_column_on_a_customer_has_a_period_and_then_goes() -> None:
    lapsing = set().union(*(gone(service, rules) for service, rules in PRUNED.items()))
    left = {column for column in marked("erased", "law") if not column.startswith(AS_LONG_AS_THERE_IS_A_CONTRACT)}

    assert sorted(left - lapsing) == []

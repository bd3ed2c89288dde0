"""Where personal data lives: no column comes to a table without someone saying whether it tells of a person."""

import importlib
from pathlib import Path

import pytest
from sqlmodel import SQLModel

ROOT = Path(__file__).parents[1]
SERVICES = ("billing", "dunning", "identity", "notify", "quotes")
EVERY = "every"
"""Stands for the service of the tables that each database has."""
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

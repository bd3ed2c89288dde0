"""The judge of numbers and of what was issued is judged: gaps wherever they are, and what is read otherwise later."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.evidence import Evidence, Series
from tests.chaos.judge import judge, unproven
from tests.chaos.test_judge import AN_INVOICE, GOOD, INVOICE, ISSUED, SETTING
from tests.chaos.verdict import Setting

GAPS = "gaps and duplicates in the numbers"
OTHERWISE = "issued documents that are read otherwise than they were answered"
CHANGED = "issued invoices that changed"
SECOND = "0197f3c2-0000-7000-8000-000000000043"
OURS, THEIRS = ("demo", "F-2026"), ("neighbour", "F-2026")
ANSWER: dict[str, Any] = AN_INVOICE | {
    "status": "issued",
    "lines": [{"description": "Entretien annuel", "vat_rate": "20"}],
    "customer_snapshot": {"name": "Garage", "address": {"city": "Lyon"}},
    "mentions": ["Indemnité forfaitaire : 40 €"],
}


def named(evidence: Evidence, setting: Setting = SETTING) -> dict[str, list[str]]:
    """What is broken of I5, and the invoices that are named for it."""
    counts = judge(evidence, setting)["I5"].counts
    return {count.title: [each.invoice_id for each in count.offences] for count in counts if count.offences}


def numbered(*numbers: str, series: Mapping[Series, int], organisation: str = "demo") -> Evidence:
    """The good invoice, and more of it with these numbers."""
    further = [AN_INVOICE | {"id": each, "number": each, "organisation": organisation} for each in numbers]
    return replace(GOOD, invoices=[AN_INVOICE, *further], series=series)


@pytest.mark.parametrize(
    ("numbers", "last", "wrong"),
    [
        ([], 1, []),
        ([], 2, [INVOICE]),
        ([], 3, [INVOICE, INVOICE]),
        (["F-2026-00002"], 2, []),
        (["F-2026-00002"], 1, ["F-2026-00002"]),
        (["F-2026-00003"], 3, ["F-2026-00003"]),
        (["F-2026-00001"], 1, [INVOICE]),
    ],
)
def test_a_series_is_whole_up_to_the_number_that_it_says_it_gave_last(
    numbers: list[str], last: int, wrong: list[str]
) -> None:
    assert named(numbered(*numbers, series={OURS: last})).get(GAPS, []) == wrong


def test_a_series_of_which_every_number_is_lost_is_found() -> None:
    assert named(replace(GOOD, series={OURS: 1, ("demo", "A-2026"): 1})) == {GAPS: [""]}
    assert named(replace(GOOD, series={})) == {GAPS: [INVOICE]}


def test_each_organisation_has_series_of_its_own() -> None:
    twin = AN_INVOICE | {"id": SECOND, "organisation": "neighbour"}
    told = replace(
        ISSUED, identity="theirs", body={**(ISSUED.body or {}), "invoice_id": SECOND, "organisation": "neighbour"}
    )
    evidence = replace(GOOD, invoices=[AN_INVOICE, twin], heard=[*GOOD.heard, told], series={OURS: 1, THEIRS: 1})
    setting = replace(
        SETTING, issued={**SETTING.issued, "their sale": replace(SETTING.issued["sale"], invoice_id=SECOND)}
    )
    assert named(evidence, setting) == {}
    assert named(replace(evidence, series={OURS: 2}), setting) == {GAPS: [INVOICE, SECOND]}
    moved = replace(evidence, invoices=[AN_INVOICE, twin | {"organisation": "demo"}])
    assert named(moved, setting) == {GAPS: [INVOICE, ""], CHANGED: [SECOND]}


def answered(**changes: Any) -> tuple[Evidence, Setting]:
    """An invoice that is read with these changes, and the answer to who issued it."""
    now = {name: value for name, value in (ANSWER | changes).items() if value is not None}
    return replace(GOOD, in_whole={INVOICE: now}), replace(SETTING, answers=[ANSWER])


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_snapshot": {"name": "Garage", "address": {"city": "Paris"}}},
        {"lines": [{"description": "Entretien annuel", "vat_rate": "10"}]},
        {"lines": []},
        {"mentions": None},
        {"seller_snapshot": {"name": "Atelier Noir"}},
        {"status": "credited"},
        {"status": "draft"},
    ],
)
def test_whatever_is_read_otherwise_than_it_was_answered_is_found(changes: Mapping[str, Any]) -> None:
    assert named(*answered()) == {}
    assert named(*answered(**changes)) == {OTHERWISE: [INVOICE]}


def test_an_issued_invoice_that_cannot_be_read_is_found() -> None:
    evidence, setting = answered()
    assert named(replace(evidence, in_whole={}), setting) == {OTHERWISE: [INVOICE]}


def test_a_long_run_that_read_no_document_in_whole_proves_nothing() -> None:
    verdicts = judge(GOOD, SETTING)
    assert f"I5: nothing to check for: {OTHERWISE}" in unproven(verdicts, in_full=True)
    assert f"I5: nothing to check for: {OTHERWISE}" not in unproven(verdicts)

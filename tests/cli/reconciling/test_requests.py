"""How much `relance reconcile` asks of the services, and for how long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest

from cli.progress import NowAndThen
from cli.reconciling import comparison, repair
from cli.reconciling.comparison import Comparison
from cli.reconciling.differences import Difference, Kind
from tests.cli.reconciling.portfolio import Portfolio


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "LOOKED_AT_AGAIN_AFTER_S", 0.0)
    monkeypatch.setattr(repair, "BETWEEN_LOOKS_S", 0.01)


def test_an_invoice_is_asked_about_once_and_temporal_about_open_cases_alone() -> None:
    portfolio = Portfolio(count=1000, closed=200, reminders=2)

    comparison = portfolio.comparison()

    assert comparison.whole() == []
    assert comparison.compared == {
        "open receivables": 800,
        "open cases": 800,
        "running workflows": 800,
        "actions": 2000,
        "decisions": 2000,
        "letters and calls to come": 0,
    }
    assert len(portfolio.described) == 800
    assert max(portfolio.described.values()) == 1
    by_name = {path: count for path, count in portfolio.asked.items() if "by invoice" in path}
    assert by_name["/workflows/running by invoice"] == by_name["/workflows/behind by invoice"] == 4
    assert by_name["/receivables by invoice"] == by_name["/heard-receivables by invoice"] <= 6
    assert by_name["/cases by invoice"] == 4 + 10  # and of what notify did: a case is to count it as done


def test_a_workflow_that_is_lost_is_found_though_its_case_is_met_many_times() -> None:
    found = Portfolio(count=300, reminders=1, lost=[7]).comparison().whole()

    assert [(each.kind, each.invoice_id) for each in found] == [(Kind.NO_WORKFLOW, UUID(int=7))]


def test_a_workflow_whose_case_is_closed_is_found_though_its_invoice_was_compared() -> None:
    found = Portfolio(count=300, excluded=[7]).comparison().whole()

    assert [(each.kind, each.invoice_id) for each in found] == [(Kind.WORKFLOW_LINGERS, UUID(int=7))]


def test_a_call_about_very_many_invoices_is_compared_in_portions() -> None:
    portfolio = Portfolio(count=450, closed=450, called=450)

    comparison = portfolio.comparison()

    assert comparison.whole() == []
    assert comparison.compared["letters and calls to come"] == 450


@dataclass
class Slow:
    """A comparison in which one difference goes with each look; `steered`: how often each was mended."""

    left: int
    steered: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def services(self) -> Any:
        return self

    @property
    def dunning(self) -> Any:
        return self

    def json(self, _: str, path: str) -> None:
        self.steered.append(path)

    def tell(self, line: str) -> None:
        self.told.append(line)

    def again(self, found: Collection[Difference]) -> Sequence[Difference]:
        return sorted(found)[1:]


def test_mending_is_waited_for_as_long_as_more_comes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at very many takes as long as the wait."""
    monkeypatch.setattr(repair, "WITHIN_S", 0.0)
    slow, found = Slow(5), [Difference(UUID(int=each), Kind.NO_WORKFLOW) for each in range(5)]

    assert repair.mend(cast("Comparison", slow), found) == []
    assert slow.told[:5] == [f"Mending: {each} of 5 differences" for each in range(1, 6)]


def test_mending_ends_where_nothing_comes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "WITHIN_S", 0.05)
    stuck, found = Slow(1), [Difference(UUID(int=1), Kind.NO_WORKFLOW)]
    monkeypatch.setattr(stuck, "again", lambda found: list(found))

    assert repair.mend(cast("Comparison", stuck), found) == found
    assert len(stuck.steered) == 1


def test_where_nobody_looks_progress_is_told_now_and_then() -> None:
    told, now = list[str](), [0.0]
    tell = NowAndThen(told.append, every=30, clock=lambda: now[0])

    for now[0] in (1.0, 29.0, 30.0, 31.0, 59.0, 61.0):
        tell(f"at {now[0]:.0f}")

    assert told == ["at 30", "at 61"]

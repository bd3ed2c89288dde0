"""The rights that `relance reconcile` needs are those that the guide for ops names."""

import re
from collections.abc import Iterable
from uuid import UUID

import pytest

from chassis.app import routes_of
from chassis.auth import requirement_of
from cli.reconciling import comparison, repair
from cli.reconciling.differences import MENDED, Difference
from tests.cli.reconciling.portfolio import Portfolio
from tests.docs.pages import page
from tests.test_rights import SERVICES


def rights_of(asked: Iterable[tuple[str, str, str]]) -> set[str]:
    found = set()
    for name, method, path in asked:
        routes = routes_of(SERVICES[name][0])
        (route,) = [each for each in routes if method in (each.methods or ()) and each.path_regex.fullmatch(path)]
        requirement = requirement_of(route.dependant)
        assert requirement is not None
        found.add(str(requirement.right))
    return found


def test_a_key_with_the_rights_that_are_named_can_compare_and_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "LOOKED_AT_AGAIN_AFTER_S", 0.0)
    monkeypatch.setattr(repair, "BETWEEN_LOOKS_S", 0.0)
    portfolio = Portfolio(count=3, closed=1, reminders=1, called=1)
    compared = portfolio.comparison()
    (sentence,) = re.findall(r"It needs the rights (.+?)\.\s", page("docs/operating.md").text)
    to_compare, to_mend = sentence.split(" and, to mend, ")

    assert compared.whole() == []
    assert rights_of(portfolio.paths) == set(re.findall(r"`(.+?)`", to_compare))
    portfolio.paths.clear()
    assert repair.mend(compared, [Difference(UUID(int=1), each) for each in MENDED]) == []
    needed = rights_of(portfolio.paths) - set(re.findall(r"`(.+?)`", to_compare))
    assert needed == set(re.findall(r"`(.+?)`", to_mend.split(":")[0])) == {"operations.repair"}

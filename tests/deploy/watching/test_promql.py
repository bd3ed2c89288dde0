"""The selectors of a query are found, each and no more, whatever else stands in it."""

import pytest

from tests.deploy.watching.promql import Selector, selectors


def asked(figure: str, *matchers: tuple[str, str, str]) -> Selector:
    return Selector(figure, frozenset(matchers))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("up", [asked("up")]),
        ("up{}", [asked("up")]),
        ('up{job="a", pod!~"b|c",}', [asked("up", ("job", "=", "a"), ("pod", "!~", "b|c"))]),
        ('{__name__=~"a:.*"}', [asked("", ("__name__", "=~", "a:.*"))]),
        ("""up{a="}", b='x{y="z"}'}""", [asked("up", ("a", "=", "}"), ("b", "=", 'x{y="z"}'))]),
        ("up{a=`or b`} or c", [asked("up", ("a", "=", "or b")), asked("c")]),
        (r'up{a="\"}"}', [asked("up", ("a", "=", r"\"}"))]),
        ("sum by (job, up) (a) / on (job) group_left (b) c", [asked("a"), asked("c")]),
        ("sum(a) by (b) > ignoring (c) group_right d", [asked("a"), asked("d")]),
        ("SUM(a) without (b) UNLESS c and d or e", [asked("a"), asked("c"), asked("d"), asked("e")]),
        ("rate(a[5m] offset 1h30m) > bool 0.5e3 and b atan2 c", [asked("a"), asked("b"), asked("c")]),
        ("max_over_time(rate(a[5m])[1h:30s] @ end())", [asked("a")]),
        ("absent(a) + Inf - NaN * 0x1f # up{", [asked("a")]),
        ("histogram_quantile(.9, sum by (le) (rate(a:b{}[1m])))", [asked("a:b")]),
        ('label_replace(a, "b", "$1", "c", "(.*)")', [asked("a")]),
        ("time() - vector(1)", []),
    ],
)  # fmt: skip
def test_selectors_are_found(query: str, found: list[Selector]) -> None:
    assert selectors(query) == found

"""The judge of letters and calls is judged: begun after the payment, not withdrawn, or told by one side alone."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from contracts import events as e
from tests.chaos.evidence import Evidence, Heard, Movement, Paper
from tests.chaos.judge import judge
from tests.chaos.test_judge import GOOD, INVOICE, SETTING, an_event, seconds
from tests.chaos.verdict import Held, Setting

KEY = f"{INVOICE}:brisk:formal-notice:1"
BEGUN = "letters and calls begun long after the payment's commit, or on a stale balance"
STAND = "letters and calls that stand although nothing is owed"
DIFFER = "letters and calls of which notify and the stream differ"
PAID = Movement(INVOICE, Decimal(100), seconds(0))
UNDONE = Movement(INVOICE, Decimal(-100), seconds(100))


def a_letter(asked: float, made: float | None = None, status: str = "withdrawn") -> Paper:
    return Paper(KEY, INVOICE, status, seconds(asked), None if made is None else seconds(made))


def told(kind: type[e.Event] = e.LetterPrepared) -> Heard:
    return an_event(kind, identity="told", key=KEY)


def a_run(*papers: Paper, movements: Sequence[Movement] = (PAID,), heard: Sequence[Heard] = ()) -> Evidence:
    return replace(GOOD, papers=papers, movements=movements, heard=(*GOOD.heard, *heard))


def titles(evidence: Evidence, setting: Setting = SETTING) -> list[str]:
    return [count.title for count in judge(evidence, setting)["I1"].counts if count.offences]


@pytest.mark.parametrize("kind", [e.LetterPrepared, e.TaskOpened])
@pytest.mark.parametrize(
    ("asked", "made", "is_late"),
    [
        (-5, -4, False),
        (0.5, 30, False),
        (10, 12, False),
        (12, 13, True),
        (0.5, 61, True),
        (-30, 61, True),
        (12, None, True),
    ],
)
def test_one_that_is_begun_long_after_the_commit_is_found_even_if_it_was_withdrawn(
    kind: type[e.Event], asked: float, made: float | None, is_late: bool
) -> None:
    assert titles(a_run(a_letter(asked, made), heard=[told(kind)])) == ([BEGUN] if is_late else [])


def test_one_that_is_withdrawn_before_anyone_was_told_of_it_is_not_begun() -> None:
    assert titles(a_run(a_letter(50, 51))) == []


def test_one_that_is_begun_before_the_payment_or_once_it_is_undone_is_right() -> None:
    assert titles(a_run(a_letter(101, 102, "prepared"), movements=[PAID, UNDONE], heard=[told()])) == []
    assert titles(a_run(a_letter(60, 102, "prepared"), movements=[PAID, UNDONE], heard=[told()])) == [BEGUN]
    assert titles(a_run(a_letter(80, 99, "prepared"), movements=[PAID, UNDONE], heard=[told()])) == [BEGUN]


def test_one_whose_moment_came_before_the_payment_was_undone_may_have_been_begun_after_it() -> None:
    """A step that is up to half a minute late says that it was asked for at its moment."""
    assert titles(a_run(a_letter(80, 102, "prepared"), movements=[PAID, UNDONE], heard=[told()])) == []


@pytest.mark.parametrize("status", ["prepared", "opened"])
def test_one_that_stands_although_the_invoice_is_paid_is_found(status: str) -> None:
    standing = a_letter(-5, -4, status)
    assert titles(a_run(standing, heard=[told()])) == [STAND]
    assert titles(a_run(standing, movements=[PAID, UNDONE], heard=[told()])) == []
    assert titles(a_run(standing, movements=[], heard=[told()])) == []
    assert titles(a_run(a_letter(-5, -4, "posted"), heard=[told()])) == []


def test_one_that_came_back_when_the_payment_was_undone_is_no_second_one_and_was_begun_before() -> None:
    again = replace(told(e.TaskOpened), identity="again")
    back, once = a_letter(-5, 90, "opened"), a_letter(-5, 90, "opened")
    undone = a_run(back, movements=[PAID, UNDONE], heard=[told(e.TaskOpened), again])
    assert titles(undone) == []
    assert titles(a_run(once, movements=[PAID, UNDONE], heard=[told(e.TaskOpened)])) == [BEGUN]
    assert [each.title for each in judge(undone, SETTING)["I2"].counts if each.offences] == []
    twice = a_run(back, movements=[PAID, UNDONE], heard=[told(e.TaskOpened), again, replace(again, identity="third")])
    for evidence in (twice, replace(undone, movements=())):
        found = [each.title for each in judge(evidence, SETTING)["I2"].counts if each.offences]
        assert found == ["letters and calls planned twice"]


def test_one_that_is_begun_on_a_stale_balance_is_found() -> None:
    held = replace(SETTING, held=[Held(seconds(20), seconds(90))])
    evidence = a_run(a_letter(40, 41, "prepared"), movements=[], heard=[told()])
    assert titles(evidence, held) == [BEGUN]
    assert titles(evidence, replace(SETTING, held=[Held(seconds(30), seconds(90))])) == []
    assert titles(evidence, replace(SETTING, held=[Held(seconds(20), seconds(39))])) == []


def test_one_that_notify_or_the_stream_does_not_know_is_found() -> None:
    standing = a_letter(-5, -4, "prepared")
    assert titles(a_run(standing, movements=[])) == [DIFFER]
    assert titles(a_run(movements=[], heard=[told()])) == [DIFFER]
    assert titles(a_run(movements=[], heard=[replace(told(), at=seconds(601))])) == []

"""The judge of a replay is judged here: its calendar, its expectation, its comparison."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import holidays
import pytest
from dateutil.easter import easter as known_easter

from deploy.local.evidence import Email, Paid, after_payment
from tests.replay.expectation import Outage, easter, expected_emails, french_holidays, next_working_day
from tests.replay.history import Entry, UnreadableHistory, read
from tests.replay.kills import plan
from tests.replay.report import compare
from workflows.dunning.scenario import from_yaml

STEPS = {"first-reminder": 7, "second-reminder": 14, "third-reminder": 30}
NEVER = date(2013, 1, 1)


def an_entry(settled: str | None, due: str = "2012-02-01") -> Entry:
    day = date.fromisoformat(settled) if settled else None
    return Entry("1", "buyer", date(2012, 1, 2), date.fromisoformat(due), Decimal(10), day)


@pytest.mark.parametrize("year", range(2008, 2100))  # Whit Monday was worked from 2005 to 2007
def test_its_easter_and_its_holidays_are_those_of_france(year: int) -> None:
    assert easter(year) == known_easter(year)
    assert french_holidays(year) == set(holidays.country_holidays("FR", years=year))


def test_a_step_on_a_holiday_moves_to_the_next_working_day() -> None:
    assert next_working_day(date(2012, 4, 30)) == date(2012, 4, 30)
    assert next_working_day(date(2012, 5, 1)) == date(2012, 5, 2)
    assert next_working_day(date(2012, 4, 7)) == date(2012, 4, 10)


@pytest.mark.parametrize(
    ("settled", "must", "may"),
    [
        ("2012-01-20", set(), set()),
        ("2012-02-05", set(), set()),
        ("2012-02-06", set(), {"first-reminder"}),
        ("2012-02-10", set(), {"first-reminder"}),
        ("2012-02-11", {"first-reminder"}, set()),
        ("2012-02-14", {"first-reminder"}, {"second-reminder"}),
        (None, {"first-reminder", "second-reminder", "third-reminder"}, set()),
    ],
)
def test_a_payment_near_a_step_may_go_either_way(settled: str | None, must: set[str], may: set[str]) -> None:
    expected = expected_emails([an_entry(settled)], STEPS, until=NEVER)
    assert {step for _, step in expected.must} == must
    assert {step for _, step in expected.may} == may


def test_a_missing_an_unexpected_and_a_repeated_email_are_named() -> None:
    expected = expected_emails([an_entry("2012-02-20")], STEPS, until=NEVER)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    sent = [Email("id", "first-reminder", 1, at)] * 2 + [Email("id", "third-reminder", 1, at)]

    replay = compare({"id": "1"}, sent, expected, steps={}, closed={}, after_payment=[], latest_act=0.0)

    assert replay.missing == ["1 second-reminder"]
    assert replay.unexpected == ["1 first-reminder", "1 third-reminder"]
    assert not replay.is_clean


@pytest.mark.parametrize(
    ("outage", "settled", "must", "may"),
    [
        (("2012-02-07", "2012-02-09"), "2012-02-20", {"first-reminder", "second-reminder"}, set()),
        (("2012-02-07", "2012-02-09"), "2012-02-11", set(), {"first-reminder"}),
        (("2012-02-07", "2012-02-14"), "2012-02-20", {"second-reminder"}, {"first-reminder"}),
        (("2012-02-09", "2012-02-16"), "2012-02-11", {"first-reminder"}, {"second-reminder"}),
        (("2012-02-10", "2012-02-12"), "2012-02-20", {"first-reminder", "second-reminder"}, set()),
    ],
)
def test_what_falls_into_an_outage_may_come_at_its_end(
    outage: tuple[str, str], settled: str, must: set[str], may: set[str]
) -> None:
    first, last = (date.fromisoformat(day) for day in outage)
    expected = expected_emails([an_entry(settled)], STEPS, until=NEVER, outages=[Outage(first, last)])
    assert {step for _, step in expected.must} == must
    assert {step for _, step in expected.may} == may


def test_an_email_put_off_until_a_step_of_another_kind_may_be_left_out() -> None:
    outage = Outage(date(2012, 3, 2), date(2012, 3, 12))
    expected = expected_emails([an_entry(None)], STEPS, until=NEVER, further=[40], outages=[outage])
    assert ("1", "third-reminder") in expected.may


def test_an_uncertain_email_is_neither_missing_nor_unexpected_and_needs_a_kill() -> None:
    expected = expected_emails([an_entry("2012-02-11")], STEPS, until=NEVER)
    replay = compare(
        {"id": "1"},
        [],
        expected,
        steps={},
        closed={},
        after_payment=[],
        latest_act=0.0,
        uncertain=[("id", "first-reminder")],
    )
    assert (replay.missing, replay.uncertain, replay.is_clean) == ([], ["1 first-reminder"], False)
    replay.kills = ["notify"]
    assert replay.is_clean


def test_one_process_is_killed_each_minute_and_each_kind_before_any_again() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    end = begin + timedelta(minutes=6)
    drawn = list(plan(1, ["a", "b", "c"], begin=begin, end=end, per_minute=1))

    assert [(at - begin) // timedelta(minutes=1) for at, _ in drawn] == list(range(6))
    assert sorted(name for _, name in drawn[:3]) == ["a", "b", "c"]
    assert drawn == list(plan(1, ["a", "b", "c"], begin=begin, end=end, per_minute=1))


def test_a_reminder_after_payment_is_seen_unless_the_invoice_was_open_again() -> None:
    def at(second: int) -> datetime:
        return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)

    paid = {"id": [Paid(at(10), at(20))]}
    sent = [Email("id", "s", 1, at(second)) for second in (9, 11, 12, 19, 21)]
    assert [email.at.second for email in after_payment(sent, paid)] == [12, 19]


def test_the_real_history_is_read_whole(shared_data: Path) -> None:
    entries = read(shared_data / "receivables" / "late-payment-history.csv")
    assert len(entries) == 2466
    assert len(expected_emails(entries, STEPS, until=date(2014, 2, 1)).must) > 400


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("invoice,amount\n1,2\n")
    with pytest.raises(UnreadableHistory, match="countryCode is missing"):
        read(path)


def test_a_wrong_date_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n"
        "391,buyer,1,1/2/2013,32/1/2013,5.50,1/15/2013\n"
    )
    with pytest.raises(UnreadableHistory, match="line 2, DueDate: '32/1/2013'"):
        read(path)


def test_the_second_scenario_is_one() -> None:
    scenario = from_yaml((Path(__file__).parent / "early.yaml").read_text())
    assert [step.days for step in scenario.steps] == [1, 7, 15, 30]

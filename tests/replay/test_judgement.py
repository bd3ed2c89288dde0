"""The judge of a replay is judged here: its calendar, its expectation, its comparison."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import holidays
import pytest
from dateutil.easter import easter as known_easter
from rich.console import Console

from contracts.clock import Clock
from deploy.local.catalogue import Servers
from deploy.local.evidence import Email, Paid
from deploy.local.evidence import after_payment as by_the_stream
from deploy.local.ports import configured_ports
from tests.chaos.doubts import doubts
from tests.chaos.evidence import Mail, Movement
from tests.chaos.test_doubts import SECOND_KEY, a_message
from tests.chaos.test_judge import GOOD, INVOICE, KEY, NOON, seconds
from tests.replay.expectation import Expected, Outage, easter, expected_emails, french_holidays, next_working_day
from tests.replay.history import Entry, read
from tests.replay.judgement import after_payment, doubtful, expected, setting_of
from tests.replay.kills import Kill, outages, plan
from tests.replay.pace import DAY, FASTEST
from tests.replay.processes import processes
from tests.replay.report import LEAST_SHARE, Doubtful, Replay, compare, show
from workflows.dunning.scenario import STANDARD, from_yaml

NO_DOUBT = Doubtful()
NO_PROCESSES = ("smtp", "temporal-http", "temporal-ui", "workflow-figures")
"""Ports that a process has beside its own."""
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


def compared(
    expected: Expected, *sent: str, without_kills: Expected | None = None, doubtful: Doubtful = NO_DOUBT
) -> Replay:
    """Of one invoice, number 1, of which the e-mails of these steps were received."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return compare(
        {"id": "1"},
        [Email("id", step, 1, at) for step in sent],
        expected,
        without_kills=without_kills or expected,
        steps={},
        closed={},
        after_payment=(),
        latest_act=0.0,
        doubtful=doubtful,
    )


def test_a_missing_an_unexpected_and_a_repeated_email_are_named() -> None:
    expected = expected_emails([an_entry("2012-02-20")], STEPS, until=NEVER)

    replay = compared(expected, "first-reminder", "first-reminder", "third-reminder")

    assert replay.missing == ["1 second-reminder"]
    assert replay.unexpected == ["1 first-reminder", "1 third-reminder"]
    assert (replay.required, replay.seen, replay.allowed) == (2, 1, 0)
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


def test_a_late_email_of_an_outage_is_still_required() -> None:
    outage = Outage(date(2012, 2, 7), date(2012, 2, 9))
    calm = expected_emails([an_entry("2012-02-20")], STEPS, until=NEVER)
    expected = expected_emails([an_entry("2012-02-20")], STEPS, until=NEVER, outages=[outage])

    assert compared(expected, "second-reminder", without_kills=calm).missing == ["1 first-reminder"]


def test_a_run_whose_kills_leave_too_few_required_emails_is_not_clean() -> None:
    always = Outage(date(2012, 2, 1), date(2012, 12, 31))
    calm = expected_emails([an_entry(None)], STEPS, until=NEVER)
    expected = expected_emails([an_entry(None)], STEPS, until=date(2012, 12, 30), outages=[always])

    replay = compared(expected, without_kills=calm)

    assert (replay.missing, replay.unexpected, replay.required, replay.share) == ([], [], 0, 0.0)
    assert not with_kills(replay, "notify").is_clean
    half = Expected(frozenset(sorted(calm.must)[:2]), frozenset())
    assert with_kills(compared(half, *(step for _, step in half.must), without_kills=calm), "notify").is_clean


def with_kills(replay: Replay, *names: str) -> Replay:
    """The same, of a run in which kills were asked for, and these processes were killed."""
    return replace(replay, kills=names, seed=1)


def test_a_run_with_kills_that_met_nothing_that_is_needed_proves_nothing() -> None:
    calm = expected_emails([an_entry(None)], STEPS, until=NEVER)
    replay = compared(calm, *(step for _, step in calm.must), without_kills=calm)

    assert replay.is_clean
    assert not with_kills(replay).is_clean
    assert not with_kills(replay, "console").is_clean
    assert with_kills(replay, "console", "billing").is_clean


def test_a_file_that_requires_nothing_proves_nothing_beside_kills() -> None:
    nothing = Expected(frozenset(), frozenset())
    replay = compared(nothing, without_kills=nothing)

    assert replay.is_clean
    assert not with_kills(replay, "billing").is_clean


def test_the_table_tells_what_was_required_and_that_a_run_proves_too_little() -> None:
    console = Console(file=StringIO(), width=160)
    calm = expected_emails([an_entry(None)], STEPS, until=NEVER)
    replay = compared(Expected(frozenset(), calm.must), "first-reminder", without_kills=calm)
    replay.kills, replay.seed = ["notify"], 1
    show(replay, console, Path("replay.json"))

    shown = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    rows = {cells[1].strip(): cells[2].strip() for line in shown.splitlines() if len(cells := line.split("│")) > 3}
    assert rows["e-mails required, received of them"] == "0, 0"
    assert rows["e-mails that might come or not"] == "3"
    assert rows["required without kills"] == "3, 0% of them still"
    assert "Nothing is proved. The kills left 0%" in shown


def test_an_uncertain_email_is_neither_missing_nor_unexpected_and_must_be_explained() -> None:
    expected = expected_emails([an_entry("2012-02-11")], STEPS, until=NEVER)
    steps = {("id", "first-reminder")}

    explained = compared(expected, doubtful=Doubtful(steps))
    assert (explained.missing, explained.uncertain, explained.is_clean) == ([], ["1 first-reminder"], True)
    assert not compared(expected, doubtful=Doubtful(steps, ["nothing explains it"])).is_clean


@pytest.mark.parametrize(
    ("killed", "uncertain", "unexplained"),
    [
        (["notify"], 1, 0),
        (["notify"], 2, 1),
        (["notify", "notify"], 2, 0),
        (["notify-worker", "console", "postgres"], 1, 1),
    ],
)
def test_each_kill_of_the_sender_explains_one_uncertain_email_and_no_other_kill_does(
    killed: list[str], uncertain: int, unexplained: int
) -> None:
    kills = [Kill(name, seconds(number), seconds(number + 3)) for number, name in enumerate(killed)]
    setting = setting_of(Clock(), {}, kills)
    messages = [a_message(), a_message(SECOND_KEY)][:uncertain]

    found = doubtful(doubts(replace(GOOD, messages=messages), setting), setting)

    assert (len(found.steps), len(found.unexplained)) == (uncertain, unexplained)


@pytest.mark.parametrize(("uncertain", "unexplained"), [(1, 0), (2, 1)])
def test_a_kill_of_the_relay_explains_one_that_its_one_sender_was_handing_over(
    uncertain: int, unexplained: int
) -> None:
    setting = setting_of(Clock(), {}, [Kill("mailbox", seconds(1), seconds(3))])
    messages = [a_message(key, reason="connection lost") for key in (KEY, SECOND_KEY)][:uncertain]

    assert len(doubtful(doubts(replace(GOOD, messages=messages), setting), setting).unexplained) == unexplained


def test_the_case_of_an_uncertain_email_may_be_late_and_no_other_one() -> None:
    held = {"1": [Outage(date(2012, 2, 8), date(2012, 3, 20))]}
    others = replace(an_entry(None), number="2")
    expected = expected_emails([an_entry(None), others], STEPS, until=NEVER, further=[40], stuck=held)

    assert {number for number, _ in expected.may} == {"1"}
    assert {step for number, step in expected.must if number == "2"} == set(STEPS)


@pytest.mark.parametrize(("left", "late"), [(0.9, 0), (1.1, 1)])
def test_a_reminder_is_late_by_the_commit_of_the_payment_whatever_the_stream_tells(left: float, late: int) -> None:
    """No event tells of the payment here, as when the relay of billing's facts was down."""
    gathered = replace(
        GOOD,
        movements=(Movement(INVOICE, Decimal(100), seconds(0)),),
        mails=(Mail(KEY, seconds(left), seconds(left + 5)),),
    )
    assert len(after_payment(gathered, setting_of(Clock(), {}, []))) == late


def test_postgresql_notes_its_commits_and_one_message_is_sent_at_a_time(tmp_path: Path) -> None:
    ports = configured_ports({})
    planned = processes(Servers.of(tmp_path, ports), {"RELANCE_SIGNING_KEY": str(tmp_path / "key")}, ports)
    programs = {each.program.name: each.program for each in planned}

    assert "track_commit_timestamp=on" in programs["postgres"].command()
    assert programs["workflows"].environment()["RELANCE_SMTP_CONNECTIONS"] == "1"


def test_a_reminder_after_payment_is_seen_unless_the_invoice_was_open_again() -> None:
    def at(second: int) -> datetime:
        return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)

    paid = {"id": [Paid(at(10), at(20))]}
    sent = [Email("id", "s", 1, at(second)) for second in (9, 11, 12, 19, 21)]
    assert [email.at.second for email in by_the_stream(sent, paid)] == [12, 19]


def test_the_real_history_is_read_whole(shared_data: Path) -> None:
    entries = read(shared_data / "receivables" / "late-payment-history.csv")
    assert len(entries) == 2466
    assert len(expected_emails(entries, STEPS, until=date(2014, 2, 1)).must) > 400


@pytest.mark.parametrize("speed", [DAY, FASTEST])
@pytest.mark.parametrize("seed", range(5))
def test_beside_a_kill_a_minute_most_of_the_real_history_is_still_required(
    shared_data: Path, seed: int, speed: float
) -> None:
    entries = read(shared_data / "receivables" / "late-payment-history.csv")
    end = max(entry.settled or entry.due for entry in entries)
    clock = Clock(origin=datetime.combine(entries[0].issued, time(), UTC), started=NOON, speed=speed)
    names = [name for name in configured_ports({}) if name not in NO_PROCESSES]
    last = clock.real(datetime.combine(end, time(), UTC))
    drawn = plan(seed, names, begin=NOON, end=last, per_minute=1)
    kills = [Kill(name, at, at + timedelta(seconds=5)) for at, name in drawn]

    calm = len(expected(entries, STANDARD, end).must)

    assert len(expected(entries, STANDARD, end, outages(kills, clock)).must) >= (LEAST_SHARE + 0.1) * calm


def test_the_second_scenario_is_one() -> None:
    scenario = from_yaml((Path(__file__).parent / "early.yaml").read_text())
    assert [step.days for step in scenario.steps] == [1, 7, 15, 30]

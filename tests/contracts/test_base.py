"""The field types that contracts share: what they take, and what they say of the rest."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.base import BusinessDate, Contract, Currency, Input, Instant, Key, OrganisationId, Text, utc

dates: TypeAdapter[date] = TypeAdapter(BusinessDate)
instants: TypeAdapter[datetime] = TypeAdapter(Instant)
zones = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


class Taken(Input):
    name: str


class Read(Contract):
    name: str


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_of_this_century_survives_the_wire(day: date) -> None:
    assert dates.validate_json(dates.dump_json(day)) == day


@pytest.mark.parametrize("value", ["1926-02-03", "1999-12-31", "2100-01-01"])
def test_a_date_of_another_century_is_refused_with_the_range(value: str) -> None:
    with pytest.raises(ValidationError, match=rf"{value} is out of range; expected 2000-01-01 to 2099-12-31"):
        dates.validate_python(value)


@pytest.mark.parametrize(
    "value", ["03/02/2026", "2026-2-3", "20260203", 1770076800, "2026-02-03T00:00:00Z", None, True]
)
def test_only_the_iso_form_is_a_date(value: object) -> None:
    with pytest.raises(ValidationError, match='is not a date; expected for example "2026-01-31"'):
        dates.validate_python(value)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="day value is outside expected range"):
        dates.validate_python("2026-02-30")


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=zones))  # noqa: DTZ001 (hypothesis wants naive bounds)
def test_an_instant_is_kept_in_utc(moment: datetime) -> None:
    kept = instants.validate_json(instants.dump_json(moment))

    assert kept == moment
    assert kept.tzinfo is UTC


def test_an_instant_needs_its_offset() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        instants.validate_python("2026-02-03T12:00:00")


def test_utc_is_written_with_a_z() -> None:
    assert utc(datetime(2026, 2, 3, 13, tzinfo=timezone(timedelta(hours=1)))) == "2026-02-03T12:00:00Z"


@pytest.mark.parametrize("value", ["EURO", "eur", "€", "ABC", "XAU", ""])
def test_a_currency_is_a_code_in_use(value: str) -> None:
    with pytest.raises(ValidationError, match=rf"'{value}' is not an ISO 4217 currency code; expected for example EUR"):
        TypeAdapter(Currency).validate_python(value)


@pytest.mark.parametrize("value", ["", "Demo", "-demo", "a b", "é", "x" * 64, "demo\n"])
def test_organisations_and_keys_are_short_lower_case_names(value: str) -> None:
    for kind in (OrganisationId, Key):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)


def test_a_text_has_no_null_character() -> None:
    with pytest.raises(ValidationError, match=r"U\+0000"):
        TypeAdapter(Text).validate_python("a\0b")


def test_an_unknown_field_is_named_to_those_who_send_and_ignored_from_those_we_read() -> None:
    with pytest.raises(ValidationError, match="surprise"):
        Taken.model_validate({"name": "a", "surprise": 1})
    assert Read.model_validate({"name": "a", "surprise": 1}) == Read(name="a")


def test_contracts_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Read(name="a").name = "b"  # type: ignore[misc]  # what is forbidden is tried


def test_a_long_value_is_not_repeated_whole() -> None:
    with pytest.raises(ValidationError) as refused:
        dates.validate_python("9" * 100_000)
    assert len(refused.value.errors()[0]["msg"]) < 200

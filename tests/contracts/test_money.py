"""Money: exact, in one currency, rounded half up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.base import Amount
from contracts.currencies import CURRENCIES, WITHOUT_CENTS, digits_of
from contracts.money import DifferentCurrencies, Money, digits_shown, round_amount

cents = st.integers(min_value=-(10**14), max_value=10**14).map(lambda value: Decimal(value) / 100)
exact = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
amounts: TypeAdapter[Decimal] = TypeAdapter(Amount)


def euros(amount: Decimal) -> Money:
    return Money(amount=amount, currency="EUR")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049999", "1.00"), ("2.675", "2.68"), ("0.125", "0.13")],
)
def test_halves_are_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert str(round_amount(Decimal(value))) == rounded


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.5", "1.00"), ("-0.5", "-1.00"), ("867.47", "867.00"), ("866.50", "867.00")]
)
def test_an_amount_of_a_currency_without_cents_is_whole(value: str, rounded: str) -> None:
    assert str(round_amount(Decimal(value), digits_of("XPF"))) == rounded


def test_no_currency_has_more_decimals_than_amounts_have() -> None:
    assert WITHOUT_CENTS < CURRENCIES
    assert {digits_of(each) for each in CURRENCIES} == {0, 2}
    assert digits_of("KWD") == 2


@pytest.mark.parametrize(
    ("amount", "currency", "shown"), [("5.00", "JPY", 0), ("5.47", "JPY", 2), ("5.00", "EUR", 2), ("5.00", "TND", 2)]
)
def test_cents_of_an_amount_are_shown_whatever_its_currency(amount: str, currency: str, shown: int) -> None:
    assert digits_shown(Decimal(amount), currency) == shown


@given(exact)
def test_rounding_moves_an_amount_by_half_a_cent_at_most_and_once(value: Decimal) -> None:
    assert abs(round_amount(value) - value) <= Decimal("0.005")
    assert round_amount(round_amount(value)) == round_amount(value)
    assert round_amount(-value) == -round_amount(value)


@given(cents, cents)
def test_adding_and_taking_away_come_back_to_the_same(left: Decimal, right: Decimal) -> None:
    assert euros(left) + euros(right) - euros(right) == euros(left)


@given(cents, cents)
def test_money_is_ordered_as_its_amounts(left: Decimal, right: Decimal) -> None:
    assert (euros(left) < euros(right)) is (left < right)
    assert (euros(left) <= euros(right)) is (left <= right)


@given(cents)
def test_an_amount_survives_the_wire(amount: Decimal) -> None:
    money = euros(amount)

    assert Money.model_validate_json(money.model_dump_json()) == money
    assert amounts.validate_json(amounts.dump_json(amount)) == amount


def test_an_amount_is_written_with_two_decimals_and_no_negative_zero() -> None:
    assert euros(Decimal(7)).model_dump_json() == '{"amount":"7.00","currency":"EUR"}'
    assert amounts.dump_python(amounts.validate_python("-0")) == "0.00"


def test_currencies_do_not_mix() -> None:
    dollars = Money(amount=Decimal(1), currency="USD")

    with pytest.raises(DifferentCurrencies, match="EUR and USD"):
        euros(Decimal(1)) + dollars
    with pytest.raises(DifferentCurrencies):
        assert euros(Decimal(1)) < dollars


@pytest.mark.parametrize(
    "value", ["12,50", "1 000", "1e3", "+1", ".5", "5.", "", "NaN", "Infinity", "٣", "1\n", 12.5, 3, True]
)
def test_what_is_not_a_decimal_string_is_refused_and_shown(value: object) -> None:
    with pytest.raises(ValidationError, match="is not a decimal string; expected for example"):
        amounts.validate_python(value)


@pytest.mark.parametrize(
    ("value", "reason"), [("0.001", "more than two decimals"), ("10000000000000", "at most 13 digits")]
)
def test_what_the_ledger_cannot_hold_is_refused(value: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        amounts.validate_python(value)

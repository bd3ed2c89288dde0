"""Amounts of lines as EN 16931 computes them: examples by hand, and laws that hold for any lines."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.lines import Line, Lines, VatShare, amounts_of, net_amount

CENT = Decimal("0.01")


def a_line(quantity: str = "1", price: str = "100", *, discount: str = "0", vat: str = "20") -> Line:
    return Line(
        description="Entretien annuel",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        discount_percent=Decimal(discount),
        vat_rate=Decimal(vat),
    )


def digits(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


any_line = st.builds(
    Line,
    description=st.just("Entretien"),
    quantity=digits(-10_000, 10_000, 4).filter(bool),
    unit_price=digits(0, 9_999, 6),
    discount_percent=digits(0, 100, 2),
    vat_rate=st.sampled_from([Decimal(rate) for rate in ("0", "2.1", "5.5", "10", "20", "20.00")]),
)
any_lines = st.lists(any_line, min_size=1, max_size=20)


def test_a_line_is_rounded_once_half_up() -> None:
    assert net_amount(a_line("3", "0.335")) == Decimal("1.01")
    assert net_amount(a_line("-3", "0.335")) == Decimal("-1.01")
    assert net_amount(a_line("7", "14.29", discount="12.5")) == Decimal("87.53")


def test_vat_is_rounded_once_for_each_rate_and_not_for_each_line() -> None:
    amounts = amounts_of([a_line(price="0.12"), a_line(price="0.12"), a_line(price="0.12")])

    assert amounts.total_vat == Decimal("0.07")
    assert amounts.total == Decimal("0.43")


def test_each_rate_has_its_share_the_highest_first() -> None:
    amounts = amounts_of([a_line(price="10", vat="5.5"), a_line(price="100", vat="20"), a_line(price="50", vat="20.0")])

    assert amounts.vat_shares == [
        VatShare(vat_rate=Decimal(20), base=Decimal(150), vat=Decimal(30)),
        VatShare(vat_rate=Decimal("5.5"), base=Decimal(10), vat=Decimal("0.55")),
    ]
    assert [amounts.total_without_vat, amounts.total_vat, amounts.total] == [160, Decimal("30.55"), Decimal("190.55")]


def test_the_largest_product_loses_no_cent() -> None:
    line = a_line("999999999.9999", "999999999.999999", discount="0.01")
    exact = Fraction(line.quantity) * Fraction(line.unit_price) * Fraction("0.9999")

    assert abs(Fraction(net_amount(line)) - exact) <= Fraction(1, 200)


@given(any_line)
def test_a_line_is_within_half_a_cent_of_its_exact_amount(line: Line) -> None:
    exact = Fraction(line.quantity) * Fraction(line.unit_price) * (100 - Fraction(line.discount_percent)) / 100

    assert abs(Fraction(net_amount(line)) - exact) <= Fraction(1, 200)


@pytest.mark.parametrize("digits", [0, 2])
@given(lines=any_lines)
def test_the_totals_add_up_to_the_cent(lines: list[Line], digits: int) -> None:
    amounts = amounts_of(lines, digits=digits)

    assert all(amount == round(amount, digits) for amount in (amounts.total_vat, *(each.net for each in amounts.lines)))
    assert amounts.total_without_vat == sum(line.net for line in amounts.lines)
    assert amounts.total_without_vat == sum(share.base for share in amounts.vat_shares)
    assert amounts.total_vat == sum(share.vat for share in amounts.vat_shares)
    assert amounts.total == amounts.total_without_vat + amounts.total_vat


@given(any_lines)
def test_the_vat_of_each_rate_follows_from_what_is_printed(lines: list[Line]) -> None:
    """BR-CO-17: a reader recomputes the tax from the printed base."""
    for share in amounts_of(lines).vat_shares:
        assert share.vat == (share.base * share.vat_rate / 100).quantize(CENT, ROUND_HALF_UP)


@given(any_lines)
def test_the_order_of_lines_changes_no_amount(lines: list[Line]) -> None:
    assert amounts_of(reversed(lines)).vat_shares == amounts_of(lines).vat_shares


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "0"),
        ("quantity", "-0.0"),
        ("quantity", "1,5"),
        ("quantity", 1.5),
        ("quantity", "1.00001"),
        ("quantity", "1000000001"),
        ("unit_price", "-1"),
        ("unit_price", "1.0000001"),
        ("unit_price", "NaN"),
        ("discount_percent", "100.01"),
        ("discount_percent", "-1"),
        ("vat_rate", "20.123"),
        ("description", "  "),
        ("description", "a\x00b"),
        ("unit", "two\nlines"),
        ("colour", "red"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, value: object) -> None:
    line = {"description": "Pose", "quantity": "1", "unit_price": "10", "vat_rate": "20"}

    with pytest.raises(ValidationError) as refusal:
        Line.model_validate(line | {field: value})

    assert refusal.value.errors()[0]["loc"] == (field,)


def test_lines_whose_amounts_would_not_fit_are_refused() -> None:
    with pytest.raises(ValidationError, match="the lines come to 10000000000"):
        TypeAdapter(Lines).validate_python([a_line("1000000", "10000")])

"""What a seed draws of the invoices of two organisations."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.player import Sale, Settlement
from tests.chaos.portfolio import CUSTOMERS, NEIGHBOUR, ORGANISATIONS, SELLERS, Credit, Deed, buyers, deeds, shares

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def drawn(organisation: str, *, seed: int = 7, invoices: int = 40) -> list[Deed]:
    return deeds(seed, organisation, invoices=invoices, begin=BEGIN, end=BEGIN + timedelta(days=40))


@pytest.mark.parametrize(
    ("invoices", "theirs"), [(1, 0), (2, 1), (3, 1), (4, 2), (20, 2), (60, 6), (500, 50), (10_000, 1_000)]
)
def test_the_neighbour_has_a_tenth_of_the_invoices_and_two_at_least(invoices: int, theirs: int) -> None:
    assert list(shares(invoices)) == list(ORGANISATIONS) == list(SELLERS)
    assert shares(invoices)[NEIGHBOUR] == theirs
    assert sum(shares(invoices).values()) == invoices


def test_two_organisations_have_other_sales_under_the_same_names_and_payment_ids() -> None:
    ours, theirs = (drawn(organisation) for organisation in ORGANISATIONS)
    sold = [{deed.act.ref: deed.act.price for deed in each if isinstance(deed.act, Sale)} for each in (ours, theirs)]
    assert sold[0].keys() == sold[1].keys()
    assert sold[0] != sold[1]
    paid = [{deed.act.payment_id for deed in each if isinstance(deed.act, Settlement)} for each in (ours, theirs)]
    assert paid[0] & paid[1]
    assert len({str(seller.name) for seller in SELLERS.values()}) == 2


def test_no_customer_is_written_to_for_both_organisations() -> None:
    addresses = {buyer.details["email"] for each in ORGANISATIONS for buyer in buyers(each)} - {None}
    assert len(addresses) == 2 * (CUSTOMERS - 1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("invoices", "credited"), [(1, 1), (2, 1), (6, 1), (54, 4), (450, 37)])
def test_some_sales_are_credited_and_nothing_else_becomes_of_them(seed: int, invoices: int, credited: int) -> None:
    found = drawn(NEIGHBOUR, seed=seed, invoices=invoices)
    sold = {deed.act.ref: deed.at for deed in found if isinstance(deed.act, Sale)}
    taken_back = {deed.act.sale: deed.at for deed in found if isinstance(deed.act, Credit)}
    assert len(taken_back) == credited
    assert all(sold[sale] < at for sale, at in taken_back.items())
    others = [deed.act.sale for deed in found if not isinstance(deed.act, Sale | Credit)]
    assert not taken_back.keys() & others

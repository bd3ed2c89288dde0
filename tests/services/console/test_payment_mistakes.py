"""After a mistake in the form of a payment everything that was chosen stands as it was sent."""

import re

import pytest

from services.console.web.links import link
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.place import Place
from tests.services.console.test_pages import csrf_of
from tests.services.console.test_payments import CHEQUE, balance_of, enter


def ticked(html: str) -> list[str]:
    """What is sent by the boxes that stand ticked."""
    return re.findall(r'<input type="(?:radio|checkbox)"[^>]* value="([^"]*)" checked>', html)


async def test_after_a_mistake_the_invoice_that_was_chosen_stays_chosen(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    first, second = [await place.owes(due=f"2026-01-1{day}", amount="100.00") for day in range(2)]
    chosen = {"q": "lef", "found_for": "lef", "invoice": f"{second['number']} EUR"}

    answer = await enter(signed_in, **chosen, amount="12o")

    assert answer.status_code == 422
    assert ticked(answer.text) == [f"{second['number']} EUR"]
    carried = hidden_fields(answer.text, "/payments")
    asked = link("/payments/proposals", chosen | carried, amount="120", csrf=None, once=None)
    assert ticked((await signed_in.get(asked)).text) == [f"{second['number']} EUR"]
    await signed_in.send(answer, "/payments", **CHEQUE, **chosen, amount="120")
    assert [await balance_of(place, each) for each in (first, second)] == ["120.00", "0.00"]


async def test_after_a_mistake_sharing_is_asked_for_as_it_was(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    customer = await place.office.customer()
    owed = [await place.owes(to=customer, due=f"2026-01-1{day}", amount="100.00") for day in range(2)]
    number = str(owed[0]["number"])
    typed = {"q": number, "found_for": number, "invoice": f"{number} EUR", "asked": "yes", "received_on": "soon"}

    wished = await enter(signed_in, **typed, amount="240", share="yes")
    declined = await enter(signed_in, **typed, amount="240")
    mistyped = await enter(signed_in, **typed, amount="24o")

    assert [ticked(each.text)[1:] for each in (wished, declined)] == [["yes"], []]
    carried = hidden_fields(mistyped.text, "/payments")
    again = await signed_in.get(link("/payments/proposals", typed | carried, amount="240", csrf=None, once=None))
    assert ticked(again.text) == [f"{number} EUR"]


async def test_after_a_mistake_the_rest_goes_to_the_invoice_that_was_chosen(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    owed = [await place.owes(due=f"2026-01-1{day}", amount="100.00") for day in range(2)]
    await place.pays(None, "120.00", "VIR-1")
    for query in ("", "?q=lef"):  # of what is suggested, and of what was searched
        path = f"/payments/VIR-1/allocate{query}"
        page = await signed_in.get(path)
        assert len(ticked(page.text)) == 1
        (other,) = {each["id"] for each in owed} - set(ticked(page.text))

        answer = await signed_in.post(path, csrf=csrf_of(page), invoice_id=other, amount="6o")

        assert answer.status_code == 422
        assert ticked(answer.text) == [other]


@pytest.mark.parametrize(
    ("amount", "said"),
    [("", "Nothing is left of the payment, or nothing is owed"), ("120", "Nothing is owed on this invoice any more.")],
)
async def test_a_rest_that_someone_else_allocated_meanwhile_is_said(
    signed_in: Browser, place: Place, amount: str, said: str
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")
    await place.pays(None, "120.00", "VIR-1")
    page = await signed_in.get("/payments")
    theirs = {"invoice_id": invoice["id"], "amount": "120.00"}
    await place.office.do("POST", "/payments/VIR-1/allocations", theirs)

    answer = await signed_in.send(page, "/payments/VIR-1/allocate", amount=amount, invoice_id=invoice["id"])

    assert answer.status_code == 422
    assert said in words_of(answer.text)


async def test_a_payment_that_someone_else_undid_meanwhile_is_said_and_the_note_is_not_lost(
    signed_in: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")
    await place.pays(invoice, "120.00", "CHQ-1")
    page = await signed_in.get("/payments/CHQ-1/reverse")
    theirs = {"reversed_on": "2026-01-05", "reason": "Mistake"}
    await place.office.do("POST", "/payments/CHQ-1/reverse", theirs)

    typed = {"because": "unpaid_cheque", "reversed_on": "2026-01-05", "note": "Provision insuffisante"}
    answer = await signed_in.post("/payments/CHQ-1/reverse", csrf=csrf_of(page), **typed)

    assert answer.status_code == 422
    assert "there is nothing to undo. You had noted: Provision insuffisante" in words_of(answer.text)

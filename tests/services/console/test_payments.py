"""The entry of payments: what is proposed, what is meant by what was typed, and what is done with the rest."""

from typing import Any

import pytest

from chassis.http import PeerUnavailable
from contracts.rights import Right
from services.console.peers.billing import Billing, Payment
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.place import Place
from tests.services.console.test_pages import csrf_of

CHEQUE = {"received_on": "2026-01-05", "method": "cheque"}


async def enter(browser: Browser, **typed: str) -> Any:
    page = await browser.get("/payments")
    return await browser.send(page, "/payments", **(CHEQUE | typed))


async def balance_of(place: Place, invoice: Any) -> str:
    return str((await place.office.do("GET", f"/receivables/{invoice['id']}"))["balance"])


async def owed_by_one(place: Place, count: int) -> list[Any]:
    """Invoices of 120.00 each of one customer, none of them due yet."""
    place.at("2026-01-05")
    customer = await place.office.customer()
    return [await place.owes(to=customer, due=f"2026-01-1{day}", amount="100.00") for day in range(count)]


async def test_cheques_are_entered_one_after_the_other(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes("Garage Lefèvre", due="2026-01-12", amount="100.00")
    proposed = await signed_in.get("/payments/proposals?q=lef")
    assert 'value="F-2026-00001 EUR" checked' in proposed.text

    answer = await enter(signed_in, q="lef", found_for="lef", invoice="F-2026-00001 EUR", amount="120")

    assert answer.headers["location"] == "/payments?received_on=2026-01-05&method=cheque"
    following = await signed_in.get(answer.headers["location"])
    assert "allocated to F-2026-00001" in words_of(following.text)
    assert 'value="2026-01-05"' in following.text


async def test_who_types_faster_than_proposals_come_means_what_was_typed(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    first = await place.owes("Durand", due="2026-01-12", amount="100.00")
    meant = await place.owes("Dupont", due="2026-01-12", amount="100.00")

    await enter(signed_in, q="dupont", found_for="du", invoice=f"{first['number']} EUR", amount="120")

    assert (await balance_of(place, first), await balance_of(place, meant)) == ("120.00", "0.00")


async def test_a_whole_number_means_that_invoice_though_others_begin_so(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    first = await place.owes("A", due="2026-01-12", amount="100.00")
    for name in "BCDEFGHIJ":
        await place.owes(name, due="2026-01-10", amount="100.00")

    await enter(signed_in, q="f-2026-00001", amount="120")

    assert await balance_of(place, first) == "0.00"


async def test_where_several_fit_nothing_is_guessed(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    for _ in range(2):
        await place.owes("Garage Lefèvre", due="2026-01-12", amount="100.00")

    answer = await enter(signed_in, q="lefèvre", amount="120")

    assert answer.status_code == 422
    text = words_of(answer.text)
    assert "Several open invoices fit. Please choose one of them." in text
    assert "F-2026-00002" in text
    assert "checked" not in answer.text.partition('class="proposals"')[2].partition("</fieldset>")[0]
    assert (await place.office.do("GET", "/payments"))["items"] == []


async def test_a_payment_of_a_day_to_come_is_not_entered(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")

    entered = await enter(signed_in, q=invoice["number"], amount="120", received_on="2026-01-07")
    page = await signed_in.get(f"/invoices/{invoice['id']}")
    path = f"/invoices/{invoice['id']}/payment"
    recorded = await signed_in.send(page, path, amount="120", received_on="2027-01-05", method="cheque")

    for answer in (entered, recorded):
        assert answer.status_code == 422
        assert "This day is still to come." in words_of(answer.text)
    assert 'max="2026-01-06"' in page.text  # it is that day somewhere
    assert await balance_of(place, invoice) == "120.00"


async def test_what_fits_nothing_waits_to_be_allocated(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    answer = await enter(signed_in, q="F-1999-1", amount="10")

    assert "It is not allocated yet." in words_of((await signed_in.get(answer.headers["location"])).text)
    (payment,) = (await place.office.do("GET", "/payments"))["items"]
    assert (payment["invoice_number"], payment["status"]) == ("F-1999-1", "unallocated")


LONG_NAME = "Société d'Exploitation des Établissements Vandenberghe-Lemaître et Fils, " + "successeurs " * 4


async def test_a_long_name_means_its_invoice(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(LONG_NAME.strip(), due="2026-01-12", amount="100.00")

    answer = await enter(signed_in, q=LONG_NAME, amount="120")

    assert len(LONG_NAME) > 100
    assert answer.status_code == 303, words_of(answer.text)
    assert await balance_of(place, invoice) == "0.00"


async def test_a_long_name_is_no_invoice_number(signed_in: Browser, place: Place) -> None:
    answer = await enter(signed_in, q="x" * 36, amount="120")

    assert answer.status_code == 422
    assert "No open invoice fits, and an invoice number has at most 35 characters." in words_of(answer.text)
    assert (await enter(signed_in, q="x" * 35, amount="120")).status_code == 303


@pytest.mark.parametrize("words", ["", "F-1999-1"])
async def test_a_payment_for_no_known_invoice_has_the_currency_that_was_chosen(
    signed_in: Browser, place: Place, words: str
) -> None:
    await enter(signed_in, q=words, amount="10", currency="CHF")

    (payment,) = (await place.office.do("GET", "/payments"))["items"]
    assert (payment["currency"], payment["status"]) == ("CHF", "unallocated")


async def test_the_currency_of_the_invoice_counts_whatever_was_chosen(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")

    await enter(signed_in, q=invoice["number"], amount="120", currency="CHF")

    assert await balance_of(place, invoice) == "0.00"


async def test_a_currency_that_there_is_not_is_refused(signed_in: Browser, place: Place) -> None:
    answer = await enter(signed_in, q="", amount="10", currency="ZZZ")
    assert answer.status_code == 422
    assert "Please choose one of these." in words_of(answer.text)


async def test_a_currency_is_offered_where_no_invoice_says_it(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes("Garage Lefèvre", due="2026-01-12")

    page, fitting, unknown = [
        (await signed_in.get(f"/payments{asked}")).text
        for asked in ("", "/proposals?q=lef&currency=CHF", "/proposals?q=zzz&currency=CHF")
    ]

    assert '<option value="EUR" selected>' in page
    assert page.index('value="EUR"') < page.index('value="AED"')
    assert "<select" not in fitting
    assert '<option value="CHF" selected>' in unknown


async def test_the_invoice_of_the_very_amount_is_proposed_first(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    customer = await place.office.customer()
    await place.owes(to=customer, due="2026-01-10", amount="500.00")
    await place.owes(to=customer, due="2026-01-12", amount="100.00")

    proposed = (await signed_in.get("/payments/proposals?q=lef&amount=120")).text
    picked = (await signed_in.get("/payments/proposals?q=lef&amount=120&picked=yes&invoice=F-2026-00001+EUR")).text

    assert 'value="F-2026-00002 EUR" checked' in proposed
    assert 'value="F-2026-00001 EUR" checked' in picked


async def test_a_cheque_for_several_invoices_is_shared_as_proposed(signed_in: Browser, place: Place) -> None:
    owed = await owed_by_one(place, 3)
    asked = "q=F-2026-00002&amount=250"

    proposed = words_of((await signed_in.get(f"/payments/proposals?{asked}")).text)
    typed = {"q": "F-2026-00002", "found_for": "F-2026-00002", "invoice": "F-2026-00002 EUR", "amount": "250"}
    answer = await enter(signed_in, share="yes", **typed)

    assert "F-2026-00002 €120.00 F-2026-00001 €120.00 F-2026-00003 €10.00" in proposed
    assert [await balance_of(place, each) for each in owed] == ["0.00", "0.00", "110.00"]
    told = words_of((await signed_in.get(answer.headers["location"])).text)
    assert "allocated to F-2026-00002, F-2026-00001, F-2026-00003." in told


async def test_a_cheque_that_is_not_shared_keeps_its_rest(signed_in: Browser, place: Place) -> None:
    first, second = await owed_by_one(place, 2)

    answer = await enter(signed_in, q=first["number"], amount="130")

    assert "€10.00 of it is left." in words_of((await signed_in.get(answer.headers["location"])).text)
    assert await balance_of(place, second) == "120.00"


async def test_a_form_sent_twice_shares_once(signed_in: Browser, place: Place) -> None:
    owed = await owed_by_one(place, 3)
    page = await signed_in.get("/payments")
    for _ in range(2):
        sent = await signed_in.send(page, "/payments", q=owed[0]["number"], amount="150", share="yes", **CHEQUE)
        assert sent.status_code == 303

    assert [await balance_of(place, each) for each in owed] == ["0.00", "90.00", "120.00"]


async def test_who_may_not_match_is_offered_no_sharing_and_records_one_payment(browser: Browser, place: Place) -> None:
    first, second = await owed_by_one(place, 2)
    place.identity.withheld = frozenset({Right.PAYMENTS_MATCH})
    await browser.sign_in()

    proposed = words_of((await browser.get(f"/payments/proposals?q={first['number']}&amount=240")).text)
    answer = await enter(browser, q=first["number"], amount="240", share="yes")

    assert "Share it" not in proposed
    assert "€120.00 is more than is owed, and stays unallocated." in proposed
    assert answer.status_code == 303
    told = words_of((await browser.get(answer.headers["location"])).text)
    assert f"allocated to {first['number']}. €120.00 of it is left." in told
    assert len((await place.office.do("GET", "/payments"))["items"]) == 1
    assert await balance_of(place, second) == "120.00"


async def test_a_payment_whose_sharing_is_refused_is_recorded_once_and_says_why(
    signed_in: Browser, place: Place
) -> None:
    owed = await owed_by_one(place, 3)
    page = await signed_in.get("/payments")
    typed = {"q": owed[0]["number"], "amount": "250", "share": "yes"}
    spent = f"{hidden_fields(page.text, '/payments')['once']}-{owed[2]['id']}"
    await place.pays(None, "5.00", "VIR-1")
    another = {"csrf": csrf_of(page), "invoice_id": (await place.owes("Durand", due="2026-01-12"))["id"]}
    assert (await signed_in.post("/payments/VIR-1/allocate", once=spent, **another)).status_code == 303

    answer = await signed_in.send(page, "/payments", **CHEQUE, **typed)

    assert answer.status_code == 303
    told = words_of((await signed_in.get(answer.headers["location"])).text)
    assert "allocated to F-2026-00001, F-2026-00002. €10.00 of it is left. It was not shared further:" in told
    payments = (await place.office.do("GET", "/payments"))["items"]
    assert sorted(each["amount"] for each in payments) == ["250.00", "5.00"]


async def test_a_payment_whose_sharing_meets_a_service_that_is_away_is_recorded_and_says_so(
    signed_in: Browser, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_away(*_: object, **__: object) -> Payment:
        raise PeerUnavailable("billing: POST /payments/x/allocations: 503")

    monkeypatch.setattr(Billing, "match", is_away)
    owed = await owed_by_one(place, 2)
    page = await signed_in.get("/payments")

    answer = await signed_in.send(page, "/payments", **CHEQUE, q=owed[0]["number"], amount="150", share="yes")

    assert answer.status_code == 303
    told = words_of((await signed_in.get(answer.headers["location"])).text)
    assert "€30.00 of it is left. It was not shared further: A service does not answer." in told


async def test_a_form_sent_twice_tells_twice_where_the_payment_went(signed_in: Browser, place: Place) -> None:
    owed = await owed_by_one(place, 3)
    page = await signed_in.get("/payments")
    for _ in range(2):
        sent = await signed_in.send(page, "/payments", q=owed[0]["number"], amount="250", share="yes", **CHEQUE)
        told = words_of((await signed_in.get(sent.headers["location"])).text)
        assert "allocated to F-2026-00001, F-2026-00002, F-2026-00003." in told
        assert "of it is left" not in told

    assert [await balance_of(place, each) for each in owed] == ["0.00", "0.00", "110.00"]


async def test_an_unallocated_payment_is_brought_to_the_invoice_that_is_suggested(
    signed_in: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")
    await place.owes(due="2026-01-12", amount="700.00")
    await place.pays(None, "120.00", "VIR/2026-1")
    path = "/payments/VIR%2F2026-1/allocate"
    listed = await signed_in.get("/payments?status=unallocated")
    page = await signed_in.get(path)
    assert "To F-2026-00001, Garage Lefèvre" in words_of(listed.text)
    assert "F-2026-00001" in page.text
    assert "F-2026-00002" not in page.text

    answer = await signed_in.post(path, csrf=csrf_of(page), invoice_id=invoice["id"])

    assert answer.status_code == 303, words_of(answer.text)
    assert await balance_of(place, invoice) == "0.00"


@pytest.mark.parametrize(("amount", "left"), [("", "0.00"), ("50", "70.00")])
async def test_as_much_as_fits_is_allocated_unless_an_amount_is_given(
    signed_in: Browser, place: Place, amount: str, left: str
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")
    await place.pays(None, "500.00", "VIR-1")
    page = await signed_in.get("/payments/VIR-1/allocate?q=lef")

    await signed_in.post(
        "/payments/VIR-1/allocate", csrf=csrf_of(page), invoice_id=invoice["id"], amount=amount, q="lef"
    )

    assert await balance_of(place, invoice) == left

"""A payment comes undone: what is asked before, and what is owed again after it."""

from typing import Any

from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.place import Place

PATH = "/payments/CHQ-1/reverse"


async def a_cheque(place: Place) -> Any:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12", amount="100.00")
    place.at("2026-01-20")
    await place.pays(invoice, "120.00", "CHQ-1")
    place.at("2026-01-25")
    return invoice


async def undo(browser: Browser, **typed: str) -> Any:
    asked = {"because": "unpaid_cheque", "reversed_on": "2026-01-24", "note": ""}
    page = await browser.get(PATH)
    return await browser.post(PATH, **(hidden_fields(page.text, "") | asked | typed))


async def test_what_it_paid_is_shown_before_and_owed_after(signed_in: Browser, place: Place) -> None:
    invoice = await a_cheque(place)
    before = words_of((await signed_in.get(PATH)).text)
    assert "Undo a payment of €120.00" in before
    assert invoice["number"] in before

    answer = await undo(signed_in, note="Provision insuffisante")

    assert answer.headers["location"] == f"/invoices/{invoice['id']}"
    await place.follow(invoice["id"])
    page = words_of((await signed_in.get(answer.headers["location"])).text)
    assert f"The payment is undone. Owed again: {invoice['number']}." in page
    assert "Payment undone: €120.00 owed again" in page
    assert "Unpaid cheque: Provision insuffisante · on 24 Jan 2026 · CHQ-1" in page
    assert "Case opened again" in page
    assert (await place.office.do("GET", f"/receivables/{invoice['id']}"))["balance"] == "120.00"
    assert "there is nothing to undo" in words_of((await signed_in.get(PATH)).text)


async def test_the_line_of_time_leads_to_it_until_it_is_done(signed_in: Browser, place: Place) -> None:
    invoice = await a_cheque(place)
    assert f'href="{PATH}"' in (await signed_in.get(f"/invoices/{invoice['id']}")).text
    assert f'href="{PATH}"' in (await signed_in.get("/payments")).text

    await undo(signed_in)

    assert f'href="{PATH}"' not in (await signed_in.get(f"/invoices/{invoice['id']}")).text
    assert f'href="{PATH}"' not in (await signed_in.get("/payments")).text


async def test_days_that_cannot_be_and_a_reason_that_is_not_said_are_refused(signed_in: Browser, place: Place) -> None:
    invoice = await a_cheque(place)

    early = await undo(signed_in, reversed_on="2026-01-19")
    late = await undo(signed_in, reversed_on="2026-01-27")
    unsaid = await undo(signed_in, because="other")

    assert (early.status_code, late.status_code, unsaid.status_code) == (422, 422, 422)
    assert "received on 20 Jan 2026: it cannot come undone before" in words_of(early.text)
    assert "still to come" in words_of(late.text)
    assert "Please say which." in words_of(unsaid.text)
    assert (await place.office.do("GET", f"/receivables/{invoice['id']}"))["balance"] == "0.00"


async def test_a_payment_that_its_bank_dated_ahead_comes_undone(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-20")
    invoice = await place.owes(due="2026-02-12", amount="100.00")
    await place.pays(invoice, "120.00", "VIR-1", day="2026-01-30")

    page = await signed_in.get("/payments/VIR-1/reverse")
    typed = {"because": "mistake", "reversed_on": "2026-01-20", "note": ""}
    answer = await signed_in.post("/payments/VIR-1/reverse", **(hidden_fields(page.text, "") | typed))

    assert answer.status_code == 303, words_of(answer.text)
    assert (await place.office.do("GET", "/payments/VIR-1"))["status"] == "reversed"


async def test_only_invoices_that_have_some_of_it_are_owed_again(signed_in: Browser, place: Place) -> None:
    credited = await a_cheque(place)
    other = await place.owes(due="2026-02-12", amount="100.00")
    await place.office.do("POST", f"/invoices/{credited['id']}/credit", {"reason": "Erreur"})
    await place.office.do("POST", "/payments/CHQ-1/allocations", {"invoice_id": other["id"], "amount": "120.00"})

    before = words_of((await signed_in.get(PATH)).text)
    listed = (await signed_in.get("/payments")).text
    answer = await undo(signed_in, reversed_on="2026-01-25")

    assert f"{other['number']} €120.00" in before
    assert credited["number"] not in before
    assert f'href="/invoices/{credited["id"]}"' not in listed
    assert answer.headers["location"] == f"/invoices/{other['id']}"
    assert f"Owed again: {other['number']}." in words_of((await signed_in.get(answer.headers["location"])).text)


async def test_sent_twice_it_is_one_act(signed_in: Browser, place: Place) -> None:
    invoice = await a_cheque(place)
    page = await signed_in.get(PATH)
    asked = hidden_fields(page.text, "") | {"because": "unpaid_cheque", "reversed_on": "2026-01-24", "note": ""}

    answers = [(await signed_in.post(PATH, **asked)).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert (await place.office.do("GET", f"/receivables/{invoice['id']}"))["balance"] == "120.00"


async def test_who_may_not_undo_is_shown_no_way_to_it(browser: Browser, place: Place) -> None:
    invoice = await a_cheque(place)
    await browser.sign_in("collector")

    assert (await browser.get(PATH)).status_code == 403
    assert PATH not in (await browser.get(f"/invoices/{invoice['id']}")).text

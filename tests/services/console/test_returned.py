"""An e-mail that came back is seen where people look, and looked after by one of them."""

import pytest

from chassis.auth import Role
from tests.services.console.browser import Browser, pressed_by_enter, words_of
from tests.services.console.place import Place
from tests.services.notify.relays import Drop

ADDRESS = "anne@garage-lefevre.example"


async def a_message(place: Place, *, is_returned: bool) -> None:
    """That waits for a person: it came back, or else is uncertain."""
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-31", email=ADDRESS)
    place.at("2026-02-09")
    if not is_returned:
        place.relay.will("CONTENT", Drop())
    sent = await place.mails(invoice, ADDRESS)
    if is_returned:
        await place.gives_back(sent)


@pytest.mark.prints
async def test_what_came_back_is_on_today_on_the_customer_and_on_the_invoice(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-31", email=ADDRESS)
    place.at("2026-02-09")
    await place.steps(invoice)
    await place.gives_back(await place.mails(invoice, ADDRESS))

    today = await signed_in.get("/today")
    said = words_of(today.text)
    assert "Messages that came back" in said
    assert "address does not exist" in said
    assert "User unknown in virtual mailbox table" in said
    customer = f"/customers/{invoice['customer_id']}"
    assert "Mail comes back" in words_of((await signed_in.get(customer)).text)
    assert "The e-mail came back" in words_of((await signed_in.get(f"/invoices/{invoice['id']}")).text)

    path = today.text.partition('action="/today/messages/')[2].partition('"')[0]
    empty = await signed_in.send(today, f"/today/messages/{path}", note=" ")
    assert empty.status_code == 422
    assert "Please fill this in." in words_of(empty.text)
    done = await signed_in.send(today, f"/today/messages/{path}", note="Corrected with Anne.")

    assert done.status_code == 303
    assert "address does not exist" not in words_of((await signed_in.get("/today")).text)
    assert "Mail comes back" not in words_of((await signed_in.get(customer)).text)


@pytest.mark.prints
async def test_a_viewer_sees_what_came_back_and_has_no_form(browser: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-31", email=ADDRESS)
    place.at("2026-02-09")
    await place.gives_back(await place.mails(invoice, ADDRESS))
    await browser.sign_in("viewer")

    page = await browser.get("/today")

    assert "address does not exist" in words_of(page.text)
    assert "/today/messages/" not in page.text


@pytest.mark.prints
async def test_what_became_of_an_uncertain_message_is_said_on_today(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-31", email=ADDRESS)
    place.at("2026-02-09")
    place.relay.will("CONTENT", Drop())
    assert (await place.mails(invoice, ADDRESS))["status"] == "uncertain"

    today = await signed_in.get("/today")
    path = today.text.partition('action="/today/messages/')[2].partition('"')[0]
    assert " disabled" in pressed_by_enter(today.text, f"/today/messages/{path}")
    done = await signed_in.send(today, f"/today/messages/{path}", outcome="sent", note="relay's log, 9:02")

    assert (path.endswith("/settle"), done.status_code) == (True, 303)
    assert "Uncertain messages" in words_of(today.text)
    assert "/settle" not in (await signed_in.get("/today")).text


@pytest.mark.prints
@pytest.mark.parametrize(
    ("act", "said", "typed"),
    [
        ("settle", "This message is not uncertain any more.", {"note": "Bob rang them", "outcome": "sent"}),
        ("look-after", "This is too long: at most 2000 characters.", {"note": "Bob rang them" + "!" * 2000}),
    ],
)
async def test_what_is_refused_of_a_message_that_someone_else_saw_to_is_said_and_no_note_is_lost(
    signed_in: Browser, place: Place, act: str, said: str, typed: dict[str, str]
) -> None:
    await a_message(place, is_returned=act == "look-after")
    today = await signed_in.get("/today")
    path = today.text.partition('action="/today/messages/')[2].partition('"')[0]
    theirs = {"note": "Anne"} | ({"outcome": "failed"} if act == "settle" else {})
    await place.ask(place.notify, "POST", f"/messages/{path}", theirs, Role.ADMIN)

    answer = await signed_in.send(today, f"/today/messages/{path}", **typed)

    assert (path.endswith(act), answer.status_code) == (True, 422)
    assert f"{said} You had noted: Bob rang them" in words_of(answer.text)

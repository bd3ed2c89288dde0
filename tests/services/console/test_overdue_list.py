"""The overdue list by e-mail, from the page of receivables: asked for, changed, stopped; and who gets it."""

import re

import pytest

from chassis.auth import Role
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.console.identity import id_of
from tests.services.console.place import DatabaseOf, Place
from tests.services.identity.test_people import locked
from tests.support.tokens import Keys

PATH = "/receivables/overdue-list"
PEOPLE = "/people/overdue-lists"


async def test_a_reader_has_it_sent_to_themselves_changes_it_and_stops_it(browser: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await browser.sign_in("viewer")
    page = await browser.get("/receivables")
    assert "Overdue list by e-mail" in words_of(page.text)
    assert f"{PATH}/end" not in page.text

    answer = await browser.send(page, PATH, weekday="0", hour="8")
    assert (answer.status_code, answer.headers["location"]) == (303, "/receivables")
    page = await browser.get("/receivables")
    assert "The overdue list goes to viewer@demo.example every week." in words_of(page.text)
    assert "Overdue list every Monday" in words_of(page.text)
    assert "You get it every Monday at 08:00, at viewer@demo.example, until 6 Jul 2026." in words_of(page.text)

    await browser.send(page, PATH, weekday="4", hour="17")
    page = await browser.get("/receivables?scope=all")
    assert "every Friday at 17:00" in words_of(page.text)
    assert '<option value="4" selected>Friday</option>' in page.text

    answer = await browser.send(page, f"{PATH}/end")
    assert answer.status_code == 303
    page = await browser.get("/receivables")
    assert "The overdue list is not sent to you any more." in words_of(page.text)
    assert "Overdue list by e-mail" in words_of(page.text)


async def test_it_is_written_in_the_language_in_which_it_was_asked_for(browser: Browser, place: Place) -> None:
    place.identity.preferences["collector@demo.example"] = {"language": "fr"}
    await browser.sign_in("collector")
    page = await browser.get("/receivables")

    await browser.send(page, PATH, weekday="0", hour="8")

    page = await browser.get("/receivables")
    assert "Vous la recevez chaque lundi à 08:00, à l’adresse collector@demo.example" in words_of(page.text)
    (kept,) = (await place.ask(place.dunning, "GET", "/overdue-lists", None, Role.ADMIN))["items"]
    assert (kept["language"], kept["email"]) == ("fr", "collector@demo.example")


@pytest.mark.parametrize(("weekday", "hour"), [("7", "8"), ("0", "24"), ("monday", "8"), ("", "8")])
async def test_what_no_week_has_is_said_at_its_field(signed_in: Browser, weekday: str, hour: str) -> None:
    answer = await signed_in.send(await signed_in.get("/receivables"), PATH, weekday=weekday, hour=hour)

    assert answer.status_code == 422
    assert re.search(r'<details class="act " name="acts" id="act-overdue-list" open>', answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert '<details class="act" name="acts" id="act-views"' not in answer.text


async def test_the_page_does_without_it_while_dunning_is_away(signed_in: Browser, place: Place) -> None:
    peers = place.app.state.peers
    place.app.state.peers = {**peers, "dunning": "http://127.0.0.1:1"}
    try:
        page = await signed_in.get("/receivables")
    finally:
        place.app.state.peers = peers

    assert page.status_code == 200
    assert "act-overdue-list" not in page.text


async def test_an_administrator_sees_who_gets_it_and_stops_that_of_others(browser: Browser, place: Place) -> None:
    await browser.sign_in("collector")
    page = await browser.get("/receivables")
    await browser.send(page, PATH, weekday="2", hour="9")
    assert (await browser.get(PEOPLE)).status_code == 403
    csrf = hidden_fields(page.text, PATH)
    assert (await browser.post(f"{PEOPLE}/{id_of('collector@demo.example')}/end", **csrf)).status_code == 403
    browser.client.cookies.clear()
    await browser.sign_in()

    page = await browser.get(PEOPLE)
    assert "collector@demo.example collector@demo.example Wednesday 09:00" in words_of(page.text)
    (path,) = re.findall(rf'action="({PEOPLE}/[^"]+/end)"', page.text)
    answer = await browser.send(page, path)

    assert (answer.status_code, answer.headers["location"]) == (303, PEOPLE)
    assert "Nobody is sent the overdue list." in words_of((await browser.get(PEOPLE)).text)


async def test_who_is_locked_here_is_named_to_the_services_that_send_them_something(
    database_of: DatabaseOf, keys: Keys
) -> None:
    async with a_console_house(await database_of("identity"), keys) as house, house.browser() as anne:
        assert (await sign_in(anne)).status_code == 303
        anne.client.cookies.delete("relance-language")
        anne.client.cookies.set("relance-language", "en")
        bob = await invited(house, anne)
        path = f"/people/users/{bob}"
        assert "their calendar address and their overdue list end" in words_of((await anne.get(path)).text)

        await anne.send(await anne.get(path), f"{path}/lock")

        assert "Bob is locked." in words_of((await anne.get(path)).text)
        assert [str(each.user_id) for each in await locked(house.registry)] == [bob]


async def invited(house: ConsoleHouse, anne: Browser) -> str:
    bob = {"email": "bob@atelier-brun.example", "name": "Bob", "language": "en", "profile": "sales"}
    assert (await anne.send(await anne.get("/people/users"), "/people/users", **bob)).status_code == 303
    users = (await house.registry.do("GET", "/users"))["items"]
    return next(str(each["id"]) for each in users if each["email"] == bob["email"])

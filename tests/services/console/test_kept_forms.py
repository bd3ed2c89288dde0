"""A form whose session has ended, before the real identity: whose it is, and what of it is not kept."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.identity.registry import EMAIL, PASSWORD
from tests.support.tokens import Keys

BOB = "bob@autre.example"
SECRET_HIRE = {"email": "hire@atelier-brun.example", "name": "Secret Hire", "language": "fr", "profile": "sales"}


@pytest.fixture
async def house(database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[ConsoleHouse]:
    async with a_console_house(await database_of("identity"), keys) as house:
        yield house


@pytest.fixture
async def anne(house: ConsoleHouse) -> AsyncIterator[Browser]:
    async with house.browser() as browser:
        browser.client.headers["accept-language"] = "en"
        await sign_in(browser)
        browser.client.cookies.delete("relance-language")  # of the account, which reads French
        yield browser


async def end_the_session(house: ConsoleHouse) -> None:
    """Of whoever is signed in, without their browser being told."""
    async with house.registry.sessions() as session, session.begin():
        await (await session.connection()).exec_driver_sql("update sessions set ended_at = now()")
    house.forget()


async def test_passwords_are_not_kept_and_are_asked_for_again(anne: Browser, house: ConsoleHouse) -> None:
    page = await anne.get("/account")
    await end_the_session(house)
    typed = {"current": PASSWORD, "password": "a much better one", "again": "a much better one"}

    asked = await anne.send(page, "/account/password", **typed, next="/people/users")

    assert asked.status_code == 401
    assert "Passwords are not kept" in words_of(asked.text)
    assert [value for value in typed.values() if value in asked.text] == []
    answer = await anne.send(asked, "/sign-in", email=EMAIL, password=PASSWORD)
    assert hidden_fields(answer.text, "/account/password")["next"] == "/people/users"
    again = await anne.send(answer, "/account/password")
    assert again.status_code == 422
    assert again.text.count('aria-invalid="true"') == 2


@pytest.mark.parametrize("meanwhile", [False, True])
async def test_what_someone_was_sending_is_not_sent_by_who_signs_in_next(
    anne: Browser, house: ConsoleHouse, meanwhile: bool
) -> None:
    """Nor when the next one was signed in meanwhile, on another page of the same browser."""
    await house.registry.admin("autre", BOB)
    page = await anne.get("/people/users")
    await end_the_session(house)
    asked = await anne.send(page, "/people/users", **SECRET_HIRE)
    assert SECRET_HIRE["email"] in asked.text
    if meanwhile:
        anne.client.cookies.delete("relance-session")
        await sign_in(anne, BOB)
        await anne.send(await anne.get("/account"), "/sign-out")
        fresh = hidden_fields((await anne.get("/sign-in")).text, "/sign-in")
        answer = await anne.send(asked, "/sign-in", email=BOB, password=PASSWORD, csrf=fresh["csrf"])
    else:
        answer = await anne.send(asked, "/sign-in", email=BOB, password=PASSWORD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert SECRET_HIRE["email"] not in answer.text
    told = words_of((await anne.get("/account")).text)
    assert "was not sent: it is someone else's" in told or "n’a pas été envoyé" in told


async def test_what_one_was_sending_goes_on_after_a_wrong_password(anne: Browser, house: ConsoleHouse) -> None:
    page = await anne.get("/people/users")
    await end_the_session(house)
    asked = await anne.send(page, "/people/users", **SECRET_HIRE)

    wrong = await anne.send(asked, "/sign-in", email=EMAIL, password="x")
    answer = await anne.send(wrong, "/sign-in", email=EMAIL, password=PASSWORD)

    assert hidden_fields(answer.text, "/people/users")["email"] == SECRET_HIRE["email"]
    assert (await anne.send(answer, "/people/users")).status_code == 303


async def test_a_form_of_nobody_knows_whom_is_not_promised_to_go_on(anne: Browser, house: ConsoleHouse) -> None:
    page = await anne.get("/people/users")
    await end_the_session(house)
    anne.client.cookies.delete("relance-reader")

    asked = await anne.send(page, "/people/users", **SECRET_HIRE)

    assert asked.status_code == 401
    assert "was not sent: it is someone else's" in words_of(asked.text)
    assert SECRET_HIRE["email"] not in asked.text


async def test_a_form_of_very_many_fields_is_kept_too(anne: Browser, house: ConsoleHouse) -> None:
    """A quote of 130 lines has more fields than a stranger may send."""
    page = await anne.get("/people/users")
    await end_the_session(house)
    lines = {f"lines.{place}.{name}": "1" for place in range(130) for name in "abcdefgh"}

    asked = await anne.send(page, "/people/users", **SECRET_HIRE, **lines)

    assert asked.status_code == 401
    assert "lines.129.h" in asked.text


async def test_a_session_that_began_before_browsers_held_whose_it_is_keeps_its_forms(
    anne: Browser, house: ConsoleHouse
) -> None:
    anne.client.cookies.delete("relance-reader")
    page = await anne.get("/people/users")
    await end_the_session(house)

    asked = await anne.send(page, "/people/users", **SECRET_HIRE)

    assert SECRET_HIRE["email"] in asked.text

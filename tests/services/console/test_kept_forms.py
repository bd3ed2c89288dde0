"""A form whose session has ended, before the real identity: whose it is, and what of it is not kept."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.identity.registry import EMAIL, PASSWORD
from tests.support.tokens import Keys


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

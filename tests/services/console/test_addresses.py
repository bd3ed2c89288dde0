"""Where people are when they act: the audit, their devices and an acceptance hold the address of their browser."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlmodel import select

from services.identity.sessions.models import UserSession
from tests.services.console.browser import words_of
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.identity.test_audit import told
from tests.support.tokens import Keys

HOME, TRAIN = "203.0.113.9", "198.51.100.4"


@pytest.fixture
async def house(database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[ConsoleHouse]:
    async with a_console_house(await database_of("identity"), keys) as house:
        yield house


async def test_what_is_done_on_a_page_is_told_with_the_address_of_the_browser(house: ConsoleHouse) -> None:
    async with house.browser(HOME) as browser:
        await sign_in(browser)
        page = await browser.get("/account")
        answer = await browser.send(page, "/account", name="Anne Brun-Roy", language="en", theme="dark")
        assert answer.status_code == 303
        shown = words_of((await browser.get("/account")).text)

    assert {(each.action, each.address) for each in await told(house.registry)} == {
        ("identity.sign_in", HOME), ("identity.change_me", HOME),
    }  # fmt: skip
    assert HOME in shown
    async with house.registry.sessions() as session:
        assert [each.address for each in await session.exec(select(UserSession))] == [HOME]


async def test_a_session_that_moves_acts_from_where_it_is_now(house: ConsoleHouse) -> None:
    async with house.browser(HOME) as browser, house.browser(TRAIN) as moved:
        await sign_in(browser)
        await browser.get("/account")
        moved.client.cookies = browser.client.cookies
        page = await moved.get("/account")
        await moved.send(page, "/account", name="Anne Brun-Roy", language="en", theme="dark")

        assert (await told(house.registry))[-1].address == TRAIN
        await browser.send(await browser.get("/account"), "/sign-out")
        assert [(await each.get("/account")).status_code for each in (browser, moved)] == [303, 303]

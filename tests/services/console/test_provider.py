"""A form on its way through the identity provider: nothing of it is lost when the sign-in does not succeed at once."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from tests.services.console.browser import Browser, hidden_fields
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.console.test_kept_forms import SECRET_HIRE, end_the_session
from tests.services.identity.registry import EMAIL, PASSWORD
from tests.services.identity.wicked_provider import CLIENT, SECRET, WickedProvider, a_wicked_provider
from tests.support.tokens import Keys

BACK = "/sign-in/provider/back"
USERS = "/people/users"


@pytest.fixture
async def wicked() -> AsyncIterator[WickedProvider]:
    async with a_wicked_provider() as provider:
        yield provider


@pytest.fixture
async def house(
    wicked: WickedProvider, database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> AsyncIterator[ConsoleHouse]:
    chosen = {"oidc_issuer": wicked.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
    async with a_console_house(await database_of("identity"), keys, **chosen) as house:
        yield house


@pytest.fixture
async def anne(house: ConsoleHouse, wicked: WickedProvider) -> AsyncIterator[Browser]:
    """Whom the provider knows too."""
    wicked.person |= {"email": EMAIL, "name": "Anne Brun"}
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


async def asked_again(anne: Browser, house: ConsoleHouse) -> httpx2.Response:
    """The sign-in page, which holds what she was about to send."""
    page = await anne.get(USERS)
    await end_the_session(house)
    return await anne.send(page, USERS, **SECRET_HIRE)


async def go_there(anne: Browser, page: httpx2.Response) -> tuple[str, str]:
    """Where the provider's page is, and the state that it brings back."""
    onward = await anne.send(page, "/sign-in/provider")
    (url,) = re.findall(r'content="0; url=([^"]+)"', onward.text)
    return unescape(url), parse_qs(urlsplit(unescape(url)).query)["state"][0]


def kept_in(page: httpx2.Response) -> str:
    """The form that a sign-in page carries along, by password and by provider."""
    by_password, by_provider = (hidden_fields(page.text, path) for path in ("/sign-in", "/sign-in/provider"))
    assert by_password["kept"] == by_provider["kept"]
    return by_password["kept"]


async def test_a_form_survives_a_sign_in_that_was_cancelled_and_one_that_the_provider_left_unanswered(
    anne: Browser, house: ConsoleHouse, wicked: WickedProvider
) -> None:
    _, state = await go_there(anne, await asked_again(anne, house))
    cancelled = await anne.client.get(BACK, params={"error": "access_denied", "state": state})
    assert cancelled.status_code == 401
    assert SECRET_HIRE["email"] in kept_in(cancelled)

    url, state = await go_there(anne, cancelled)
    wicked.is_down, brought = True, {"code": wicked.grants(url), "state": state}
    silent = await anne.client.get(BACK, params=brought)
    wicked.is_down = False
    replayed = await anne.client.get(BACK, params=brought)
    assert [silent.status_code, replayed.status_code] == [401, 401]
    assert SECRET_HIRE["email"] in kept_in(silent)

    again = await anne.send(silent, "/sign-in", email=EMAIL, password=PASSWORD)
    assert (await anne.send(again, USERS)).status_code == 303
    assert SECRET_HIRE["email"] in (await anne.get(USERS)).text


async def test_a_form_survives_who_takes_too_long_at_the_provider(
    anne: Browser, house: ConsoleHouse, wicked: WickedProvider
) -> None:
    url, state = await go_there(anne, await asked_again(anne, house))
    house.registry.wait(timedelta(minutes=30))

    late = await anne.client.get(BACK, params={"code": wicked.grants(url), "state": state})

    assert late.status_code == 401
    assert SECRET_HIRE["email"] in kept_in(late)


async def test_two_tabs_come_back_each_with_its_own(anne: Browser, house: ConsoleHouse, wicked: WickedProvider) -> None:
    first, state = await go_there(anne, await asked_again(anne, house))
    _, of_another = await go_there(anne, await anne.get("/sign-in?next=/account"))

    answer = await anne.client.get(BACK, params={"code": wicked.grants(first), "state": state})
    other = await anne.client.get(BACK, params={"error": "access_denied", "state": of_another})

    assert hidden_fields(answer.text, USERS)["email"] == SECRET_HIRE["email"]
    assert other.status_code == 401
    assert "next" in hidden_fields(other.text, "/sign-in")


async def test_another_browser_is_given_nothing(anne: Browser, house: ConsoleHouse) -> None:
    _, state = await go_there(anne, await asked_again(anne, house))
    async with house.browser() as browser:
        answer = await browser.client.get(BACK, params={"error": "access_denied", "state": state})

    assert answer.status_code == 401
    assert SECRET_HIRE["email"] not in answer.text


async def test_a_browser_holds_the_last_few_sign_ins_that_it_began(anne: Browser) -> None:
    anne.client.cookies.delete("relance-session")
    page = await anne.get("/sign-in")

    states = [(await go_there(anne, page))[1] for _ in range(7)]

    held = [name for name in anne.client.cookies if "provider" in name]
    assert len(held) == 5
    assert all(state.startswith(name.rpartition("provider-")[2]) for state, name in zip(states[2:], held, strict=True))

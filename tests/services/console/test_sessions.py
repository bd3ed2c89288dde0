"""Signing in and out; a session that ends loses nothing; nobody else's form is taken."""

from starlette.responses import Response

from services.console.web import cookies
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.identity import PASSWORD
from tests.services.console.place import Place

ELSEWHERE = {"origin": "https://evil.example"}


async def test_a_page_asks_for_the_sign_in_and_comes_back_to_what_was_asked(browser: Browser) -> None:
    refused = await browser.get("/receivables?q=Lef%C3%A8vre&scope=all")
    assert refused.status_code == 303
    page = await browser.get(refused.headers["location"])

    answer = await browser.send(page, "/sign-in", email="viewer@demo.example", password=PASSWORD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/receivables?q=Lef%C3%A8vre&scope=all")
    assert (await browser.get("/receivables")).status_code == 200


async def test_a_wrong_password_is_said_and_the_address_stays(browser: Browser) -> None:
    answer = await browser.send(await browser.get("/sign-in"), "/sign-in", email="a@demo.example", password="x")

    assert answer.status_code == 401
    assert "do not go together" in words_of(answer.text) or "ne vont pas ensemble" in words_of(answer.text)
    assert 'value="a@demo.example"' in answer.text


async def test_a_locked_account_is_told_to_wait(browser: Browser, place: Place) -> None:
    place.identity.is_locked = True
    answer = await browser.send(await browser.get("/sign-in"), "/sign-in", email="a@demo.example", password="x")
    assert answer.status_code == 401
    assert "Too many" in answer.text or "Trop" in answer.text


async def test_signing_out_ends_the_session_at_identity_too(signed_in: Browser, place: Place) -> None:
    page = await signed_in.get("/receivables")

    answer = await signed_in.send(page, "/sign-out")

    assert answer.headers["location"] == "/sign-in?out=1"
    assert place.identity.sessions == {}
    assert (await signed_in.get("/receivables")).status_code == 303


async def test_a_form_whose_session_has_ended_goes_on_after_the_sign_in(signed_in: Browser, place: Place) -> None:
    page = await signed_in.get("/receivables")
    place.identity.end_all()
    place.app.state.user_sessions.kept.clear()

    asked = await signed_in.send(page, "/preferences", language="fr", theme="dark", next="/receivables?q=x")
    assert asked.status_code == 401
    answer = await signed_in.send(asked, "/sign-in", email="admin@demo.example", password=PASSWORD)

    assert answer.status_code == 200
    kept = hidden_fields(answer.text, "/preferences")
    assert {name: kept[name] for name in ("language", "theme", "next")} == {
        "language": "fr", "theme": "dark", "next": "/receivables?q=x",
    }  # fmt: skip
    done = await signed_in.send(answer, "/preferences")
    assert (done.status_code, done.headers["location"]) == (303, "/receivables?q=x")


async def test_a_file_whose_session_has_ended_is_kept_as_well(signed_in: Browser, place: Place) -> None:
    page, path = await signed_in.get("/scenarios/-/import"), "/scenarios/-/import"
    place.identity.end_all()
    place.app.state.user_sessions.kept.clear()

    asked = await signed_in.client.post(
        path,
        data=hidden_fields(page.text, path),
        files={"file": ("slow.yaml", "key: slow\nname: été\n".encode())},
        headers={"origin": place.url},
    )
    assert asked.status_code == 401
    answer = await signed_in.send(asked, "/sign-in", email="admin@demo.example", password=PASSWORD)

    assert hidden_fields(answer.text, path)["text"] == "key: slow\nname: été\n"


async def test_part_of_a_page_says_that_the_session_has_ended_and_leaves_the_page_alone(browser: Browser) -> None:
    answer = await browser.get("/receivables", **{"hx-request": "true"})
    assert (answer.status_code, answer.content, answer.headers["hx-trigger"]) == (401, b"", "session-ended")


async def test_a_form_from_another_site_is_refused(signed_in: Browser) -> None:
    page = await signed_in.get("/receivables")
    fields = hidden_fields(page.text, "/sign-out")

    answer = await signed_in.client.post("/sign-out", data=fields, headers=ELSEWHERE)

    assert answer.status_code == 403


async def test_a_form_without_the_token_of_its_session_is_refused(signed_in: Browser) -> None:
    assert (await signed_in.post("/sign-out")).status_code == 403
    assert (await signed_in.post("/sign-out", csrf="0" * 64)).status_code == 403


async def test_nobody_is_led_to_another_site(browser: Browser) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tevil"):
        page = await browser.client.get("/sign-in", params={"next": target})
        assert hidden_fields(page.text, "/sign-in")["next"] == "/", target


async def test_a_session_cookie_is_hidden_from_scripts_and_never_leaves_the_site(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    answer = await browser.send(page, "/sign-in", email="admin@demo.example", password=PASSWORD)

    (session,) = (line for line in answer.headers.get_list("set-cookie") if line.startswith("relance-session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


async def test_a_session_that_somebody_planted_is_not_the_one_that_a_sign_in_opens(
    browser: Browser, place: Place
) -> None:
    """An invented one is replaced; in one of their own, our form is that of another session."""
    await browser.sign_in("viewer")
    theirs = browser.client.cookies["relance-session"]
    for planted, status in (("invented-by-somebody-else-and-long-enough-1", 303), (theirs, 403)):
        browser.client.cookies.clear()
        form = hidden_fields((await browser.get("/sign-in")).text, "/sign-in")
        browser.client.cookies.set("relance-session", planted)
        answer = await browser.post("/sign-in", **(form | {"email": "admin@demo.example", "password": PASSWORD}))

        assert answer.status_code == status, words_of(answer.text)
        set_now = [line for line in answer.headers.get_list("set-cookie") if line.startswith("relance-session=")]
        assert not [line for line in set_now if planted in line]
        assert place.identity.sessions.get(planted) != "admin@demo.example"


def test_over_https_cookies_are_secure_and_bound_to_the_host() -> None:
    answer = Response()
    cookies.Cookies(is_secure=True).write(answer, cookies.SESSION, "x")
    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags
    assert not [flag for flag in flags if flag.startswith("domain")]


def test_over_https_cookies_are_bound_to_the_host() -> None:
    assert cookies.Cookies(is_secure=True).name(cookies.SESSION) == "__Host-relance-session"

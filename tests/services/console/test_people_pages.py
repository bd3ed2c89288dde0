"""Users, profiles, keys, the audit log and one's own account, with the real identity behind them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from chassis.problems import DomainError
from contracts.events import AuditRecorded
from contracts.rights import Field, Right
from services.console.pages.audit.reasons import SIGN_IN, WORDS
from services.console.pages.people.rights import ACTS, FIELDS, GROUPS, words_of
from services.identity.audit import use_cases as audit
from services.identity.oidc import domain
from services.identity.users.domain import LastAdmin
from tests.services.console.browser import Browser, hidden_fields
from tests.services.console.browser import words_of as read
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.console.test_french import english_in
from tests.services.identity.registry import EMAIL, PASSWORD
from tests.services.identity.test_audit import told
from tests.support.tokens import Keys

DatabaseOf = Callable[[str], Awaitable[str]]
WICKED = "<script>alert(1)</script>"
BOB = {"email": "bob@atelier-brun.example", "name": "Bob", "language": "en", "profile": "sales"}
PAGES = ("/people/users", "/people/profiles", "/people/profiles/sales", "/people/profiles/new", "/people/api-keys",
         "/people/api-keys/new", "/people/rules", "/audit", "/account")  # fmt: skip


@pytest.fixture
async def house(database_of: DatabaseOf, keys: Keys) -> AsyncIterator[ConsoleHouse]:
    async with a_console_house(await database_of("identity"), keys) as house:
        yield house


@pytest.fixture
async def french(house: ConsoleHouse) -> AsyncIterator[Browser]:
    """That of the administrator, as the account reads."""
    async with house.browser() as browser:
        assert (await sign_in(browser)).status_code == 303
        yield browser


@pytest.fixture
async def anne(house: ConsoleHouse) -> AsyncIterator[Browser]:
    """The browser of the administrator, who reads English."""
    async with house.browser() as browser:
        assert (await sign_in(browser)).status_code == 303
        browser.client.cookies.delete("relance-language")  # of the account, which reads French
        browser.client.cookies.set("relance-language", "en")
        yield browser


async def users(house: ConsoleHouse) -> dict[str, dict[str, Any]]:
    return {each["email"]: each for each in (await house.registry.do("GET", "/users"))["items"]}


async def invite(anne: Browser, **changes: str) -> None:
    answer = await anne.send(await anne.get("/people/users"), "/people/users", **(BOB | changes))
    assert answer.status_code == 303, read(answer.text)


async def test_someone_is_invited_given_another_profile_and_locked(anne: Browser, house: ConsoleHouse) -> None:
    await invite(anne)
    assert "Bob bob@atelier-brun.example Salesperson Invited" in read((await anne.get("/people/users?q=bob")).text)
    path = f"/people/users/{(await users(house))[BOB['email']]['id']}"

    await anne.send(await anne.get(path), path, **(BOB | {"profile": "collector"}))
    await anne.send(await anne.get(path), f"{path}/lock")

    bob = (await users(house))[BOB["email"]]
    assert (bob["profile"], bob["is_active"]) == ("collector", False)
    await anne.send(await anne.get(path), f"{path}/unlock")
    assert (await users(house))[BOB["email"]]["is_active"]


async def test_a_refusal_is_said_in_words_and_nothing_typed_is_lost(anne: Browser, house: ConsoleHouse) -> None:
    taken = await anne.send(await anne.get("/people/users"), "/people/users", **(BOB | {"email": EMAIL}))
    path = f"/people/users/{(await users(house))[EMAIL]['id']}"
    last = await anne.send(await anne.get(path), path, **(BOB | {"email": EMAIL, "profile": "viewer"}))

    assert (taken.status_code, last.status_code) == (422, 422)
    assert "Someone has this e-mail address already." in read(taken.text)
    assert 'value="Bob"' in taken.text
    assert "This is the last administrator" in read(last.text)


async def test_names_with_scripts_are_shown_as_they_are(anne: Browser, house: ConsoleHouse) -> None:
    await invite(anne, name=WICKED)
    user = (await users(house))[BOB["email"]]
    names = {"en": WICKED, "fr": WICKED}
    await house.registry.do("PUT", "/profiles/clerk", {"names": names, "rights": [], "fields": {}, "stages": {}})
    await house.registry.do("POST", "/api-keys", {"name": WICKED, "profile": "viewer"})
    await tell(house, actor_name=WICKED, changes=[{"object": WICKED, "before": {WICKED: WICKED}, "after": {}}])

    for path in (*PAGES, f"/people/users/{user['id']}", "/people/profiles/clerk"):
        answer = await anne.get(path)
        assert answer.status_code == 200, path
        assert WICKED not in answer.text, path
    assert "&lt;script&gt;" in (await anne.get("/audit")).text


async def test_the_matrix_shows_and_changes_what_a_profile_may(anne: Browser, house: ConsoleHouse) -> None:
    page = await anne.get("/people/profiles/viewer")
    ticked = dict.fromkeys(re.findall(r'name="(rights\.[^"]+)" value="on" checked', page.text), "on")
    assert f"rights.{Right.INVOICES_READ}" in ticked

    answer = await anne.send(
        page, "/people/profiles/viewer",
        **ticked, **{"rights.payments.record": "on", "names.fr": "Lecteur", "names.en": "Reader"},
        **{f"fields.{field}": "visible" for field in Field}, **{"stages.*": "hidden"},
    )  # fmt: skip

    assert answer.status_code == 303, read(answer.text)
    viewer = await house.registry.do("GET", "/profiles/viewer")
    assert {"payments.record", "invoices.read"} <= set(viewer["rights"])
    assert set(viewer["fields"].values()) == {"visible"}
    assert viewer["stages"] == {"*": "hidden"}
    assert "Reader changed" in read((await anne.get("/people/profiles")).text)
    await anne.send(await anne.get("/people/profiles/viewer"), "/people/profiles/viewer/drop")
    assert "payments.record" not in (await house.registry.do("GET", "/profiles/viewer"))["rights"]


async def test_a_profile_is_made_like_another_and_deleted(anne: Browser, house: ConsoleHouse) -> None:
    page = await anne.get("/people/profiles/new?like=sales")
    filled = {"names.fr": "Employé", "names.en": "Clerk", "rights.quotes.read": "on", "stages.*": "visible"}
    filled |= {f"fields.{field}": "hidden" for field in Field}

    wrong = await anne.send(page, "/people/profiles/new", key="Clerk!", **filled)
    taken = await anne.send(page, "/people/profiles/new", key="sales", **filled)
    made = await anne.send(page, "/people/profiles/new", key="clerk", **filled)

    assert "for example clerk" in read(wrong.text)
    assert "There is a profile of this name already." in read(taken.text)
    assert made.status_code == 303
    assert (await house.registry.do("GET", "/profiles/clerk"))["rights"] == ["quotes.read"]
    await anne.send(await anne.get("/people/profiles/clerk"), "/people/profiles/clerk/drop")
    assert "Clerk" not in (await anne.get("/people/profiles")).text.replace("/clerk", "")


async def test_the_administrators_profile_has_no_form_that_changes_it(anne: Browser) -> None:
    page = await anne.get("/people/profiles/admin")

    assert '<fieldset class="stack" disabled>' in page.text
    assert ">Save<" not in page.text


async def test_a_key_is_shown_once_works_and_is_revoked(anne: Browser, house: ConsoleHouse) -> None:
    page = await anne.get("/people/api-keys/new")
    made = await anne.send(page, "/people/api-keys/new", name="Bank", profile="service", days="30",
                           **{"rights.payments.record": "on"})  # fmt: skip
    (secret,) = set(re.findall(r"rlk_[\w-]+", made.text))

    assert made.headers["cache-control"] == "no-store"
    assert (await house.registry.exchange(secret)).status_code == 201
    listed = await anne.get("/people/api-keys")
    assert secret not in listed.text
    assert "narrowed to 1 rights" in read(listed.text)
    (path,) = re.findall(r'action="(/people/api-keys/[\w-]+/revoke)"', listed.text)
    await anne.send(listed, path)
    assert (await house.registry.exchange(secret)).status_code == 401
    assert "Revoked" in read((await anne.get("/people/api-keys")).text)


async def test_a_key_that_would_do_more_than_its_profile_is_refused_in_words(anne: Browser) -> None:
    page = await anne.get("/people/api-keys/new")

    answer = await anne.send(page, "/people/api-keys/new", name="Bank", profile="viewer", days="30",
                             **{"rights.users.write": "on"})  # fmt: skip

    assert answer.status_code == 422
    assert "Please choose one of these. (rights)" in read(answer.text)


async def test_the_rules_of_the_provider_are_written_in_order(anne: Browser, house: ConsoleHouse) -> None:
    first = {"rules.0.claim": "groups", "rules.0.value": "chiefs", "rules.0.profile": "admin"}
    third = {"rules.2.claim": "groups", "rules.2.value": "all", "rules.2.profile": "viewer"}

    answer = await anne.send(await anne.get("/people/rules"), "/people/rules", **first, **third, creates_users="on")

    assert answer.status_code == 303, read(answer.text)
    own = await house.registry.do("GET", "/organisation")
    assert [(rule["value"], rule["profile"]) for rule in own["rules"]] == [("chiefs", "admin"), ("all", "viewer")]
    assert own["creates_users"]
    assert 'value="chiefs"' in (await anne.get("/people/rules")).text


async def tell(house: ConsoleHouse, **facts: Any) -> None:
    entry = AuditRecorded.model_validate(AuditRecorded.example | {"entry_id": str(uuid4())} | facts)
    async with house.registry.sessions() as session, session.begin():
        await audit.keep(entry, session)


async def test_the_audit_log_is_searched_by_who_what_object_outcome_and_day(anne: Browser, house: ConsoleHouse) -> None:
    await tell(house, at="2026-03-16T08:00:00Z", reason="by phone")
    await tell(house, at="2026-03-17T23:30:00Z", actor="bob-id", actor_name="Bob", action="quotes.send_quote",
               object="quotes/1", outcome="refused", changes=[])  # fmt: skip

    whole = read((await anne.get("/audit")).text)
    assert "Field Before After phone – +33 5 53 00 00 00" in whole
    assert "by phone" in whole
    for query, shown, hidden in (
        ("actor=anne", "billing.change_customer", "quotes.send_quote"),
        ("action=quotes.", "quotes.send_quote", "billing.change_customer"),
        ("object=quotes/1", "quotes.send_quote", "billing.change_customer"),
        ("outcome=refused", "quotes.send_quote", "billing.change_customer"),
        ("since=2026-03-18", "quotes.send_quote", "billing.change_customer"),  # 00:30 in Paris
        ("until=2026-03-16", "billing.change_customer", "quotes.send_quote"),
        ("since=nonsense&outcome=nonsense&actor=anne", "billing.change_customer", "quotes.send_quote"),
    ):
        text = (await anne.get(f"/audit?{query}")).text.partition('id="results"')[2]
        assert shown in text, query
        assert hidden not in text, query


async def test_how_people_signed_in_or_why_not_is_read_in_french_of_old_entries_too(
    french: Browser, house: ConsoleHouse
) -> None:
    for old in WORDS:
        await tell(house, action=SIGN_IN, outcome="refused", reason=old, changes=[])
    for email in [EMAIL] * 5 + ["nobody@atelier-brun.example"]:
        await house.registry.try_to_sign_in(email, "wrong")
    await house.registry.try_to_sign_in()
    for each in await told(house.registry):
        await tell(house, **each.model_dump())

    page = await french.get("/audit")

    told_why = re.findall(r"<dt>Motif</dt><dd>([^<]*)</dd>", page.text)
    assert len(told_why) == len(WORDS) + 8
    assert {"Mauvais mot de passe", "Mot de passe", "Fournisseur d’identité"} < set(told_why)
    assert not set(WORDS) & set(told_why)
    assert english_in(page) == []


async def test_the_reason_of_another_act_is_shown_as_it_is_kept(anne: Browser, house: ConsoleHouse) -> None:
    await tell(house, reason="locked")
    await tell(house, action=SIGN_IN, reason=WICKED, changes=[])

    text = (await anne.get("/audit")).text

    assert "<dd>locked</dd>" in text
    assert "<dd>&lt;script&gt;alert(1)&lt;/script&gt;</dd>" in text


@pytest.mark.parametrize(
    "refusal",
    [
        domain.NoProfileForClaims, domain.SeveralOrganisations, domain.NotInvited, domain.EmailNotVerified,
        domain.UserIsLocked, domain.IdentityTaken, LastAdmin,
    ],
)  # fmt: skip
def test_what_the_audit_tells_of_a_refusal_at_the_provider_has_words(refusal: type[DomainError]) -> None:
    assert refusal.__new__(refusal).code in WORDS


async def test_a_page_at_a_time_of_the_audit_log(anne: Browser, house: ConsoleHouse) -> None:
    for _ in range(60):
        await tell(house)

    page = await anne.get("/audit")

    (more,) = set(re.findall(r'href="(/audit\?cursor=[^"]+)"', page.text))
    assert results(page.text) > results((await anne.get(more)).text) == 10


def results(text: str) -> int:
    return text.partition('id="results"')[2].count("<li>")


async def test_a_person_changes_their_name_and_password_and_ends_other_devices(
    anne: Browser, house: ConsoleHouse
) -> None:
    other = await house.registry.sign_in()
    page = await anne.get("/account")
    (end,) = re.findall(r'action="(/account/devices/[\w-]{36}/end)"', page.text)
    await anne.send(page, end)
    assert (await house.registry.exchange(other)).status_code == 401

    await anne.send(page, "/account", name="Anne Brun-Roy", language="en", theme="dark")
    assert 'data-theme="dark"' in (await anne.get("/account")).text
    changed = {"current": PASSWORD, "password": "a much better one", "again": "a much better one"}
    wrong = await anne.send(page, "/account/password", **(changed | {"current": "nonsense"}))
    unlike = await anne.send(page, "/account/password", **(changed | {"again": "another one"}))
    right = await anne.send(page, "/account/password", **changed)

    assert "The present password is another." in read(wrong.text)
    assert "These two are not the same." in read(unlike.text)
    assert right.status_code == 303
    assert (await house.registry.try_to_sign_in(password="a much better one")).status_code == 201
    assert (await users(house))[EMAIL]["name"] == "Anne Brun-Roy"


async def test_signing_out_everywhere_ends_every_session(anne: Browser, house: ConsoleHouse) -> None:
    other = await house.registry.sign_in()

    answer = await anne.send(await anne.get("/account"), "/account/devices/end")

    assert answer.headers["location"] == "/sign-in?out=1"
    assert (await house.registry.exchange(other)).status_code == 401
    assert (await anne.get("/account")).status_code == 303


async def test_a_password_that_was_given_for_once_is_changed_first(house: ConsoleHouse) -> None:
    await house.registry.admin("other", "eve@other.example", is_temporary=True)
    async with house.browser() as browser:
        answer = await sign_in(browser, "eve@other.example")
        assert answer.headers["location"] == "/account?next=%2F"
        page = await browser.get("/account?next=/people/users")
        changed = {"current": PASSWORD, "password": "a much better one", "again": "a much better one"}
        answer = await browser.send(page, "/account/password", **changed)

        assert answer.headers["location"] == "/people/users"
        assert (await browser.get("/people/users")).status_code == 200


async def test_a_link_to_choose_a_password_is_asked_for_without_telling_who_is_known(house: ConsoleHouse) -> None:
    async with house.browser() as browser:
        page = await browser.get("/password-resets")
        known = await browser.send(page, "/password-resets", email=EMAIL)
        unknown = await browser.send(page, "/password-resets", email="nobody@example.com")
        assert known.status_code == unknown.status_code == 200
        assert read(known.text) == read(unknown.text)

        spent = await browser.get("/password-resets/rlr_nonsense")
        filled = {"password": "a much better one", "again": "a much better one"}
        answer = await browser.send(spent, "/password-resets/rlr_nonsense", **filled)
        assert answer.status_code == 422
        assert re.search("used already|déjà servi", read(answer.text))


async def a_viewer(house: ConsoleHouse) -> str:
    """The address of a user who reads alone, and whose password is PASSWORD."""
    email = "carl@atelier-brun.example"
    carl = await house.registry.do("POST", "/users", BOB | {"email": email, "profile": "viewer"})
    async with house.registry.sessions() as session, session.begin():
        from services.identity.users import store

        user = await store.get(session, carl["id"], lock=True)
        assert user is not None
        user.password_hash = await house.registry.house.passwords.hash(PASSWORD)
    return email


async def test_who_may_not_is_told_so_and_sees_no_entry(anne: Browser, house: ConsoleHouse) -> None:
    email = await a_viewer(house)
    async with house.browser() as browser:
        await sign_in(browser, email)

        assert (await browser.get("/account")).status_code == 200
        assert "/people" not in (await browser.get("/account")).text
        for path in PAGES[:-1]:
            assert (await browser.get(path)).status_code == 403, path
        token = hidden_fields((await browser.get("/account")).text, "/account")["csrf"]
        for path in ("/people/users", "/people/profiles/new", "/people/api-keys/new", "/people/rules"):
            assert (await browser.post(path, csrf=token)).status_code == 403, path


async def test_what_a_page_refuses_is_in_the_audit(anne: Browser, house: ConsoleHouse) -> None:
    email = await a_viewer(house)
    victim = (await users(house))[EMAIL]["id"]
    async with house.browser("203.0.113.9") as browser:
        await sign_in(browser, email)
        token = hidden_fields((await browser.get("/account")).text, "/account")["csrf"]
        assert (await browser.post(f"/people/users/{victim}/lock", csrf=token)).status_code == 403

    entry = (await told(house.registry))[-1]
    assert (entry.outcome, entry.service, entry.action) == ("refused", "console", "console.lock")
    assert (entry.object, entry.address) == (f"/people/users/{victim}/lock", "203.0.113.9")
    assert entry.actor == (await users(house))[email]["id"]
    assert entry.reason == "The right users.write is needed; the profile viewer does not have it."


def test_every_right_and_every_field_has_its_words() -> None:
    assert {right.partition(".")[0] for right in Right} == set(GROUPS)
    assert set(FIELDS) == set(Field)
    assert [right for right in Right if words_of(right) == str(right)] == []
    assert not [right for right in ACTS if right.endswith((".read", ".write"))]

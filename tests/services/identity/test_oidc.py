"""Signing in by an identity provider: a real one, whose word counts, and a wicked one, whose word does not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr, ValidationError
from sqlmodel import select

from services.identity.oidc import store
from services.identity.oidc.domain import last_forgotten
from services.identity.oidc.models import Authorization
from services.identity.settings import Settings
from tests.services.identity.registry import EMAIL, SEALING, Registry, a_registry
from tests.services.identity.test_audit import told
from tests.services.identity.test_resets import secret_in, send, use
from tests.services.identity.wicked_provider import CLIENT, SECRET, WickedProvider, a_wicked_provider
from tests.services.notify.relays import a_relay
from tests.support.real_provider import CARLA, RealProvider, a_real_provider
from tests.support.tokens import Keys

DatabaseOf = Callable[[str], Awaitable[str]]
BACK = "http://127.0.0.1:8000/sign-in/provider/back"
COLLECTORS = {"claim": "groups", "value": "dunning", "profile": "collector"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[RealProvider]:
    async with a_real_provider(CARLA) as provider:
        yield provider


@pytest.fixture
async def real(provider: RealProvider) -> RealProvider:
    """With Carla as every test expects her, whatever the one before said of her."""
    await provider.says("carla", **CARLA)
    return provider


@pytest.fixture
async def wicked() -> AsyncIterator[WickedProvider]:
    async with a_wicked_provider() as provider:
        yield provider


@pytest.fixture
async def beside(real: RealProvider, database_of: DatabaseOf, keys: Keys) -> AsyncIterator[Registry]:
    """An identity beside the real provider; `demo` takes in whoever is of the group."""
    chosen: dict[str, Any] = {"oidc_issuer": real.issuer, "oidc_client_id": "r", "oidc_client_secret": SecretStr("s")}
    async with a_registry(await database_of("identity"), keys, **chosen) as registry:
        await registry.admin()
        await rules(registry, COLLECTORS)
        yield registry


@pytest.fixture
async def before(
    wicked: WickedProvider, database_of: DatabaseOf, keys: Keys, request: pytest.FixtureRequest
) -> AsyncIterator[Registry]:
    """An identity before the wicked provider; `demo` takes in everyone whose subject is 42. Its parameter: settings."""
    chosen: dict[str, Any] = {"oidc_issuer": wicked.issuer, "oidc_client_id": CLIENT} | getattr(request, "param", {})
    chosen["oidc_client_secret"] = SecretStr(SECRET)
    async with a_registry(await database_of("identity"), keys, **chosen) as registry:
        await registry.admin()
        await rules(registry, {"claim": "sub", "value": "42", "profile": "sales"})
        yield registry


async def rules(registry: Registry, *given: dict[str, str], creates_users: bool = True) -> None:
    body = {"name": "Demo", "rules": list(given), "creates_users": creates_users}
    await registry.do("PUT", "/organisation", body)


async def begin(registry: Registry, **changes: str) -> dict[str, Any]:
    answer = await registry.client.post("/oidc/authorizations", json={"redirect_uri": BACK} | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def finish(registry: Registry, begun: dict[str, Any], **brought: str) -> httpx2.Response:
    given = {"state": begun["state"], "binding": begun["binding"], "device": {"user_agent": "Firefox"}}
    return await registry.client.post("/oidc/sessions", json=given | brought)


async def carried(registry: Registry, begun: dict[str, Any]) -> httpx2.Response:
    return await registry.client.post("/oidc/carried", json={name: begun[name] for name in ("state", "binding")})


async def comes(registry: Registry, real: RealProvider, subject: str = "carla") -> httpx2.Response:
    begun = await begin(registry)
    return await finish(registry, begun, **await real.brought_back(begun["url"], subject))


async def tries(registry: Registry, wicked: WickedProvider) -> httpx2.Response:
    begun = await begin(registry)
    return await finish(registry, begun, code=wicked.grants(begun["url"]))


def why(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).rsplit(":", 1)[-1]


async def test_who_is_in_the_right_group_becomes_a_user_at_the_first_sign_in(
    beside: Registry, real: RealProvider
) -> None:
    answer = await comes(beside, real)

    assert answer.status_code == 201, answer.text
    user = answer.json()["user"]
    assert (user["name"], user["email"], user["language"]) == ("Carla Neri", "carla@atelier-brun.example", "en")
    claims = jwt.decode(await beside.token(answer.json()["secret"]), options={"verify_signature": False})
    assert (claims["org"], claims["profile"], claims["sub"]) == ("demo", "collector", user["id"])
    (entry,) = [each for each in await told(beside) if each.action == "identity.sign_in"]
    assert (entry.reason, entry.changes[0].object) == ("identity provider", f"users/{user['id']}")


async def test_each_sign_in_brings_the_user_up_to_date(beside: Registry, real: RealProvider) -> None:
    first = (await comes(beside, real)).json()["user"]
    await rules(beside, COLLECTORS | {"value": "books", "profile": "accountant"})
    await real.says("carla", **CARLA | {"groups": ["books"], "name": "Carla Neri-Blanc", "email": "cb@brun.example"})

    second = (await comes(beside, real)).json()["user"]

    assert second["id"] == first["id"]
    assert (second["profile"], second["name"], second["email"]) == ("accountant", "Carla Neri-Blanc", "cb@brun.example")
    entry = [each for each in await told(beside) if each.action == "identity.sign_in"][-1]
    assert (entry.changes[0].before or {})["profile"] == "collector"


async def test_whom_no_rule_gives_a_profile_is_refused_in_words_and_told(beside: Registry, real: RealProvider) -> None:
    await real.says("carla", **CARLA | {"groups": ["everyone"]})

    answer = await comes(beside, real)

    assert why(answer) == (403, "no_profile_for_claims")
    assert "carla@atelier-brun.example" in answer.json()["detail"]
    assert len((await beside.do("GET", "/users"))["items"]) == 1
    entry = [each for each in await told(beside) if each.action == "identity.sign_in"][-1]
    assert (entry.outcome, entry.reason) == ("refused", "no_profile_for_claims")


async def test_a_user_who_lost_the_group_no_longer_comes_in(beside: Registry, real: RealProvider) -> None:
    await comes(beside, real)
    await real.says("carla", **CARLA | {"groups": []})

    assert why(await comes(beside, real)) == (403, "no_profile_for_claims")


async def test_where_users_are_not_made_an_invited_one_comes_in_by_a_verified_address(
    beside: Registry, real: RealProvider
) -> None:
    await rules(beside, COLLECTORS, creates_users=False)
    assert why(await comes(beside, real)) == (403, "not_invited")
    body = {"email": CARLA["email"], "name": "Carla", "language": "fr", "profile": "viewer"}
    invited = await beside.do("POST", "/users", body)

    await real.says("carla", **CARLA | {"email_verified": False})
    assert why(await comes(beside, real)) == (403, "not_invited")
    await real.says("carla", **CARLA)
    answer = await comes(beside, real)

    assert (answer.json()["user"]["id"], answer.json()["user"]["profile"]) == (invited["id"], "collector")


async def test_another_account_with_the_same_address_is_not_that_user(beside: Registry, real: RealProvider) -> None:
    await comes(beside, real)
    await real.says("carl", **{name: value for name, value in CARLA.items() if name != "sub"})

    assert why(await comes(beside, real, "carl")) == (409, "identity_taken")


async def test_an_unverified_address_makes_no_user(beside: Registry, real: RealProvider) -> None:
    await real.says("carla", **CARLA | {"email_verified": False})

    assert why(await comes(beside, real)) == (403, "email_not_verified")


async def test_a_locked_user_is_refused(beside: Registry, real: RealProvider) -> None:
    user = (await comes(beside, real)).json()["user"]
    body = {"email": user["email"], "name": "Carla", "language": "fr", "profile": "viewer", "is_active": False}
    await beside.do("PUT", f"/users/{user['id']}", body)

    assert why(await comes(beside, real)) == (403, "user_is_locked")


async def test_a_user_of_the_provider_gets_no_link_to_a_password(beside: Registry, real: RealProvider) -> None:
    user = (await comes(beside, real)).json()["user"]
    await beside.client.post("/password-resets", json={"email": user["email"]})

    assert "identity.ask_for_password_reset" not in [each.action for each in await told(beside)]


async def test_who_signs_in_by_the_provider_keeps_no_invitation_to_a_password(
    beside: Registry, real: RealProvider
) -> None:
    body = {"email": CARLA["email"], "name": "Carla", "language": "fr", "profile": "viewer"}
    user = await beside.do("POST", "/users", body)
    async with a_relay() as relay:
        await send(beside, relay)
        assert (await comes(beside, real)).status_code == 201

        assert await use(beside, secret_in(relay.mails[0])) == 404
        await beside.do("POST", f"/users/{user['id']}/invitations")
        await send(beside, relay)
        assert await use(beside, secret_in(relay.mails[-1])) == 204


async def test_the_last_administrator_stays_one_whatever_the_rules_say(beside: Registry, real: RealProvider) -> None:
    await real.says("carla", **CARLA | {"email": EMAIL})

    assert why(await comes(beside, real)) == (409, "last_admin")


async def test_whom_two_organisations_would_take_in_comes_into_none(beside: Registry, real: RealProvider) -> None:
    await beside.admin("other", "bob@other.example")
    bob = await beside.sign_in("bob@other.example")
    body = {"name": "Other", "rules": [COLLECTORS], "creates_users": True}
    await beside.do("PUT", "/organisation", body, secret=bob)

    assert why(await comes(beside, real)) == (403, "several_organisations")


async def test_a_sign_in_serves_once(beside: Registry, real: RealProvider) -> None:
    begun = await begin(beside)
    brought = await real.brought_back(begun["url"], "carla")
    assert (await finish(beside, begun, **brought)).status_code == 201

    assert why(await finish(beside, begun, **brought)) == (401, "authorization_spent")


async def test_what_was_carried_is_given_back_after_a_refusal_to_its_own_browser_for_an_hour(
    before: Registry, wicked: WickedProvider
) -> None:
    begun, other = await begin(before, carried="a form"), await begin(before)
    wicked.is_down = True
    assert why(await finish(before, begun, code=wicked.grants(begun["url"]))) == (503, "provider_unavailable")
    wicked.is_down = False
    assert why(await finish(before, begun, code="code-of-dora")) == (401, "authorization_spent")

    assert (await carried(before, begun)).json() == {"carried": "a form"}
    assert why(await carried(before, begun | {"binding": other["binding"]})) == (401, "authorization_spent")
    before.wait(timedelta(hours=1))
    assert why(await carried(before, begun)) == (401, "authorization_spent")


async def test_a_sign_in_that_succeeded_leaves_nothing_behind(before: Registry, wicked: WickedProvider) -> None:
    begun = await begin(before, carried="a form")
    assert (await finish(before, begun, code=wicked.grants(begun["url"]))).status_code == 201

    assert why(await carried(before, begun)) == (401, "authorization_spent")
    async with before.sessions() as session:
        assert (await session.exec(select(Authorization))).all() == []


async def test_what_was_carried_is_forgotten_once_nobody_is_given_it(before: Registry) -> None:
    await begin(before, carried="a form")
    for minutes, left in ((59, 1), (2, 0)):
        before.wait(timedelta(minutes=minutes))
        async with before.sessions() as session, session.begin():
            await store.forget_before(session, last_forgotten(before.now()))
            assert len((await session.exec(select(Authorization))).all()) == left


async def test_a_sign_in_ends_in_the_browser_where_it_began(beside: Registry, real: RealProvider) -> None:
    """Nobody is signed in as someone else by a link that was sent to them."""
    begun, other = await begin(beside), await begin(beside)
    brought = await real.brought_back(begun["url"], "carla")

    assert why(await finish(beside, begun | {"binding": other["binding"]}, **brought)) == (401, "authorization_spent")
    assert why(await finish(beside, begun, **brought)) == (401, "authorization_spent")


async def test_a_sign_in_is_good_for_ten_minutes(beside: Registry, real: RealProvider) -> None:
    begun = await begin(beside)
    brought = await real.brought_back(begun["url"], "carla")
    beside.wait(timedelta(minutes=10))

    assert why(await finish(beside, begun, **brought)) == (401, "authorization_spent")


async def test_a_code_that_the_provider_did_not_give_is_refused(beside: Registry) -> None:
    assert why(await finish(beside, await begin(beside), code="guessed")) == (401, "provider_refused")


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "http://127.0.0.1:8000.evil.example/", "//evil.example", "http://127.0.0.1:8001/"]
)
async def test_nobody_is_brought_back_to_another_site(beside: Registry, page: str) -> None:
    answer = await beside.client.post("/oidc/authorizations", json={"redirect_uri": page})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "redirect_uri")


async def test_the_address_asks_for_a_code_with_pkce_and_tells_no_verifier(beside: Registry) -> None:
    begun = await begin(beside, carried="where I was")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun["url"]).query).items()}

    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["redirect_uri"], asked["state"]) == (BACK, begun["state"])
    assert asked["scope"] == "openid email profile"
    assert len(asked["nonce"]) == len(asked["code_challenge"]) == 43


async def test_the_offer_tells_where_the_provider_signs_people_out(beside: Registry, real: RealProvider) -> None:
    assert (await beside.client.get("/oidc")).json()["sign_out_url"] is None
    await begin(beside)

    offer = (await beside.client.get("/oidc")).json()

    assert offer["name"] == "OpenID Connect"
    assert offer["sign_out_url"].startswith(f"{real.issuer}/oauth2/end_session?client_id=r&post_logout_redirect_uri=")


async def test_where_there_is_no_provider_none_is_offered(registry: Registry) -> None:
    assert why(await registry.client.get("/oidc")) == (404, "provider_not_offered")


async def test_an_honest_answer_opens_a_session_and_gives_back_what_was_carried(
    before: Registry, wicked: WickedProvider
) -> None:
    begun = await begin(before, carried='{"next": "/payments"}')

    answer = await finish(before, begun, code=wicked.grants(begun["url"]), iss=wicked.issuer)

    assert (answer.status_code, answer.json()["carried"]) == (201, '{"next": "/payments"}')
    assert wicked.asked["tenant"] == "a"


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://other.example"},
        {"aud": "another program"},
        {"aud": [CLIENT, "another program"]},
        {"aud": [CLIENT, "another program"], "azp": "another program"},
        {"azp": "another program"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "never"},
        {"iat": 9_999_999_999},
        {"nbf": 9_999_999_999},
        {"sub": ""},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_that_lies_opens_nothing(before: Registry, wicked: WickedProvider, lie: dict[str, Any]) -> None:
    wicked.lies = lie

    assert why(await tries(before, wicked)) == (401, "provider_refused")


async def test_a_token_that_anyone_could_have_signed_opens_nothing(before: Registry, wicked: WickedProvider) -> None:
    forgeries: list[tuple[Any, str]] = [
        ("", "none"),
        (SECRET + " " * 32, "HS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
    ]
    for key, algorithm in forgeries:
        begun = await begin(before)
        code = wicked.grants(begun["url"])
        wicked.token = (
            jwt.encode({"sub": "42"}, key, algorithm) if algorithm != "ES256" else wicked.signed(key, algorithm)
        )
        assert why(await finish(before, begun, code=code)) == (401, "provider_refused"), algorithm


async def test_clocks_may_differ_by_a_minute(before: Registry, wicked: WickedProvider) -> None:
    before.wait(timedelta(seconds=-50))
    assert (await tries(before, wicked)).status_code == 201
    before.wait(timedelta(seconds=50 + 300 + 50))
    assert (await tries(before, wicked)).status_code == 201
    before.wait(timedelta(seconds=20))
    assert why(await tries(before, wicked)) == (401, "provider_refused")


async def test_the_provider_changes_its_keys_and_nothing_is_restarted(before: Registry, wicked: WickedProvider) -> None:
    assert (await tries(before, wicked)).status_code == 201
    assert (await tries(before, wicked)).status_code == 201
    assert wicked.reads_of_keys == 1
    wicked.rotates("second")
    before.wait(timedelta(seconds=6))

    assert (await tries(before, wicked)).status_code == 201
    assert wicked.reads_of_keys == 2


async def test_what_the_provider_knows_beside_the_token_counts_when_it_is_of_the_same_person(
    before: Registry, wicked: WickedProvider
) -> None:
    await rules(before, {"claim": "roles.relance", "value": "chief", "profile": "admin"})
    wicked.further = {"sub": "42", "roles": {"relance": ["chief"]}}
    assert (await tries(before, wicked)).json()["user"]["profile"] == "admin"

    wicked.further = {"sub": "43", "roles": {"relance": ["chief"]}}
    assert why(await tries(before, wicked)) == (401, "provider_refused")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://provider.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
async def test_a_provider_that_is_not_the_one_that_was_set_is_not_asked(
    before: Registry, wicked: WickedProvider, metadata: dict[str, Any]
) -> None:
    wicked.metadata = metadata

    answer = await before.client.post("/oidc/authorizations", json={"redirect_uri": BACK})

    assert why(answer) == (503, "provider_unavailable")


@pytest.mark.parametrize("before", [{"oidc_timeout": 0.5}], indirect=True, ids=["half a second"])
async def test_a_provider_that_takes_too_long_is_not_waited_for(before: Registry, wicked: WickedProvider) -> None:
    wicked.takes = 3

    answer = await before.client.post("/oidc/authorizations", json={"redirect_uri": BACK})

    assert why(answer) == (503, "provider_unavailable")


async def test_another_provider_cannot_answer_in_its_place(before: Registry, wicked: WickedProvider) -> None:
    begun = await begin(before)

    answer = await finish(before, begun, code=wicked.grants(begun["url"]), iss="https://other.example")

    assert why(answer) == (401, "provider_refused")


async def test_who_begins_and_never_ends_is_slowed_down(before: Registry) -> None:
    for _ in range(51):
        await begin(before)

    answer = await before.client.post("/oidc/authorizations", json={"redirect_uri": BACK})

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"


async def test_who_signs_in_is_given_back_their_own_beginning_and_none_of_the_others(
    before: Registry, wicked: WickedProvider
) -> None:
    for _ in range(50):
        await begin(before)
        assert (await tries(before, wicked)).status_code == 201
    await begin(before)

    answer = await before.client.post("/oidc/authorizations", json={"redirect_uri": BACK})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "http://provider.example", "oidc_client_id": "r"},
        {"oidc_issuer": "ftp://provider.example", "oidc_client_id": "r"},
        {"oidc_issuer": "https://provider.example"},
        {"oidc_client_id": "r"},
        {"oidc_issuer": "https://p.example", "oidc_client_id": "r", "oidc_scopes": "email"},
    ],
    ids=str,
)
def test_half_a_provider_stops_the_start(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="oidc"):
        Settings(
            database_url=SecretStr("postgresql+asyncpg://a@b/c"), auth_jwks="jwks.json",
            sealing_keys=SecretStr(SEALING), **settings,
        )  # fmt: skip

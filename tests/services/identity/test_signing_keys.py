"""Keys rotate without a restart: a new one is known before it signs, an old one until its tokens expired."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import jwt
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import text

from chassis.auth import KeySet, Unauthorised
from chassis.key_pair import new_private_key, public_jwk
from chassis.key_set import Source
from services.identity.sealing import new_sealing_key
from services.identity.settings import Settings
from services.identity.signing import use_cases as signing
from services.identity.signing.models import SigningKey
from tests.services.identity.registry import Registry, a_registry
from tests.support.tokens import Keys

MONTH = timedelta(days=30)


def a_service(registry: Registry) -> KeySet:
    """What another service checks tokens with: it reads the published keys, and remembers them."""

    async def read() -> object:
        return (await registry.client.get("/jwks.json")).json()

    return KeySet([Source(read)], "relance", "relance")


async def rotate(registry: Registry) -> None:
    await signing.rotate(registry.sessions, registry.house.sealer, lives=MONTH, now=registry.now())


async def signs(registry: Registry) -> str:
    kid, _ = await signing.signing_key(registry.sessions, registry.house.sealer, now=registry.now())
    return kid


async def kids(registry: Registry) -> list[str]:
    return [key["kid"] for key in (await registry.client.get("/jwks.json")).json()["keys"]]


async def test_tokens_are_good_before_while_and_after_a_key_is_replaced(registry: Registry) -> None:
    service = a_service(registry)
    first = await kids(registry)
    await rotate(registry)
    assert await kids(registry) == first

    registry.wait(MONTH)
    secret = await registry.sign_in()
    before = await registry.token(secret)
    await rotate(registry)
    assert len(await kids(registry)) == 2
    assert (await service.caller(before, now=registry.now())).profile == "admin"
    assert await registry.token(secret)

    registry.wait(timedelta(minutes=11))
    after = await registry.token(await registry.sign_in())
    assert (await service.caller(after, now=registry.now())).profile == "admin"
    await rotate(registry)
    assert len(await kids(registry)) == 2  # a token of the old one may still be about

    registry.wait(timedelta(minutes=11))
    await rotate(registry)
    assert (len(await kids(registry)), set(first) & set(await kids(registry))) == (1, set())
    with pytest.raises(Unauthorised):
        await service.caller(before, now=registry.now())


async def test_a_new_key_is_published_well_before_it_signs(registry: Registry) -> None:
    (old,) = await kids(registry)
    registry.wait(MONTH)
    await rotate(registry)

    assert (await signs(registry), len(await kids(registry))) == (old, 2)
    registry.wait(timedelta(minutes=10))
    assert await signs(registry) != old


async def test_the_private_half_is_not_published(registry: Registry) -> None:
    (key,) = (await registry.client.get("/jwks.json")).json()["keys"]

    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}


async def kept(registry: Registry) -> str:
    """Everything that the database has of the keys."""
    async with registry.sessions() as session:
        rows = await (await session.connection()).execute(text("select signing_keys::text from signing_keys"))
    return "\n".join(rows.scalars())


async def test_in_the_database_no_key_stands_as_it_is(registry: Registry) -> None:
    """Neither as the text that it is made from, nor as its 32 bytes."""
    (kid,) = await kids(registry)
    _, private = await signing.signing_key(registry.sessions, registry.house.sealer, now=registry.now())
    body = "".join(private.splitlines()[1:-1])

    assert kid in await kept(registry)
    assert body[-40:] not in await kept(registry)
    assert "PRIVATE" not in await kept(registry)


async def test_a_key_that_an_earlier_release_left_as_it_is_signs_on_and_is_sealed(registry: Registry) -> None:
    private = new_private_key()
    public = public_jwk(private)
    async with registry.sessions() as session, session.begin():
        now = registry.now()
        session.add(SigningKey(kid=public["kid"], private=private, public=public, made_at=now, signs_from=now))
    secret = await registry.sign_in()
    assert await registry.token(secret)

    assert await signing.seal_anew(registry.sessions, registry.house.sealer) == 1

    assert "PRIVATE" not in await kept(registry)
    token = await registry.token(secret)
    assert jwt.get_unverified_header(token)["kid"] == public["kid"]
    assert await signing.seal_anew(registry.sessions, registry.house.sealer) == 0


async def test_the_sealing_key_is_replaced_without_a_new_signing_key(
    database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> None:
    dsn, old, new = await database_of("identity"), new_sealing_key(), new_sealing_key()
    known = []
    for sealing, sealed_anew in ((old, 0), (f"{old},{new}", 0), (f"{new},{old}", 1), (new, 0)):
        async with a_registry(dsn, keys, sealing_keys=SecretStr(sealing)) as registry:
            known.append(await signs(registry))
            assert await signing.seal_anew(registry.sessions, registry.house.sealer) == sealed_anew

    assert len(set(known)) == 1


async def test_without_its_sealing_key_identity_signs_nothing_and_says_why(
    database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> None:
    dsn = await database_of("identity")
    async with a_registry(dsn, keys) as registry:
        await registry.admin()
        secret = await registry.sign_in()
        assert await registry.token(secret)
    async with a_registry(dsn, keys, sealing_keys=SecretStr(new_sealing_key())) as registry:
        refused = await registry.exchange(secret)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:relance:problem:no_key_signs")
        assert await signing.seal_anew(registry.sessions, registry.house.sealer) == 0
        async with registry.sessions() as session, session.begin():
            await (await session.connection()).execute(text("delete from signing_keys"))
        assert (await registry.exchange(secret)).status_code == 201


@pytest.mark.parametrize("wrong", ["", "secret", f"{'A' * 43}=,", "A" * 43])
def test_what_is_no_sealing_key_stops_the_start_and_is_not_repeated(wrong: str, keys: Keys) -> None:
    with pytest.raises(ValidationError, match="relance identity sealing-key") as caught:
        Settings(
            database_url=SecretStr("postgresql+asyncpg://a@b/c"), auth_jwks=str(keys.jwks),
            sealing_keys=SecretStr(wrong),
        )  # fmt: skip
    assert not wrong or wrong not in str(caught.value)

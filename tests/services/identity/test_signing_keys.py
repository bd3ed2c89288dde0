"""Keys rotate without a restart: a new one is known before it signs, an old one until its tokens expired."""

from datetime import timedelta

import pytest

from chassis.auth import KeySet, Unauthorised
from chassis.key_set import Source
from services.identity.signing import use_cases as signing
from tests.services.identity.registry import Registry

MONTH = timedelta(days=30)


def a_service(registry: Registry) -> KeySet:
    """What another service checks tokens with: it reads the published keys, and remembers them."""

    async def read() -> object:
        return (await registry.client.get("/jwks.json")).json()

    return KeySet([Source(read)], "relance", "relance")


async def rotate(registry: Registry) -> None:
    await signing.rotate(registry.sessions, lives=MONTH, now=registry.now())


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

    key = await signing.signing_key(registry.sessions, now=registry.now())
    assert (key.kid, len(await kids(registry))) == (old, 2)
    registry.wait(timedelta(minutes=10))
    assert (await signing.signing_key(registry.sessions, now=registry.now())).kid != old


async def test_the_private_half_is_not_published(registry: Registry) -> None:
    (key,) = (await registry.client.get("/jwks.json")).json()["keys"]

    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}

"""What stands before the first sign-in: an administrator, and the key of the services."""

import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

from chassis.auth import Role
from chassis.clock import real_now
from chassis.mint import Mint
from chassis.settings import AuthSettings
from tests.cli.conftest import Relance
from tests.services.identity.registry import a_registry
from tests.support.tokens import Keys, a_key_set

ADMIN = ("identity", "first-admin", "--organisation", "acme", "--name", "Acme", "--email", "Anne@acme.example")


async def test_the_first_administrator_signs_in_with_the_password_that_is_shown(
    relance: Relance, database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> None:
    dsn = await database_of("identity")
    there = relance.where(database_url=dsn)

    made, again = await there(*ADMIN), await there(*ADMIN)

    assert (made.code, again.code) == (0, 1)
    assert "already that of a user" in again.err
    async with a_registry(dsn, keys) as registry:
        answer = await registry.try_to_sign_in("anne@acme.example", made.out.split()[-1])
        assert (answer.status_code, answer.json()["user"]["must_change_password"]) == (201, True)


async def test_an_address_that_is_none_is_named(relance: Relance) -> None:
    ended = await relance.where(database_url="postgresql+asyncpg://a:b@127.0.0.1:1/c")(*ADMIN[:-1], "anne")

    assert (ended.code, "--email: 'anne'" in ended.err) == (2, True)


async def test_the_key_of_the_services_makes_tokens_of_services_alone(relance: Relance, tmp_path: Path) -> None:
    made = await relance("identity", "service-key", str(tmp_path))
    again = await relance("identity", "service-key", str(tmp_path))
    private, jwks = tmp_path / "signing.pem", tmp_path / "jwks.json"
    token = Mint.of(AuthSettings(auth_jwks=str(jwks), signing_key=private)).token("x", "demo", [Role.ADMIN])

    assert (made.code, again.code, stat.S_IMODE(private.stat().st_mode)) == (0, 1, 0o600)
    assert (await a_key_set(str(jwks)).caller(token, now=real_now())).profile == "service"

"""Choosing a new password by a link: asked for without a word of who is known, good once, for half an hour."""

from datetime import timedelta

from sqlmodel import select

from services.identity.resets.models import PasswordReset
from services.identity.secrets import Kind, digest, new_secret
from tests.services.identity.registry import EMAIL, Registry

CHOSEN = "a much better one"


async def a_link(registry: Registry) -> str:
    """The secret of a link that was asked for, as its e-mail carries it."""
    answer = await registry.client.post("/password-resets", json={"email": EMAIL})
    assert answer.status_code == 202
    secret = new_secret(Kind.RESET)
    async with registry.sessions() as session, session.begin():
        rows = (await session.exec(select(PasswordReset).order_by(PasswordReset.asked_at))).all()  # type: ignore[arg-type]
        rows[-1].digest = digest(secret)
    return secret


async def use(registry: Registry, secret: str, password: str = CHOSEN) -> int:
    return (await registry.client.put(f"/password-resets/{secret}", json={"password": password})).status_code


async def test_a_link_sets_the_password_once_and_signs_out_everywhere(registry: Registry) -> None:
    session, link = await registry.sign_in(), await a_link(registry)

    assert await use(registry, link, "short") == 422
    assert await use(registry, link) == 204
    assert await use(registry, link) == 404
    assert (await registry.exchange(session)).status_code == 401
    assert (await registry.try_to_sign_in(password=CHOSEN)).status_code == 201


async def test_a_link_is_good_for_half_an_hour(registry: Registry) -> None:
    link = await a_link(registry)
    registry.wait(timedelta(minutes=30))

    assert await use(registry, link) == 404


async def test_using_one_link_spends_the_others(registry: Registry) -> None:
    first, second = await a_link(registry), await a_link(registry)

    assert await use(registry, second) == 204
    assert await use(registry, first) == 404


async def test_a_link_that_never_was_is_refused(registry: Registry) -> None:
    assert await use(registry, new_secret(Kind.RESET)) == 404


async def test_asking_tells_nobody_who_is_known_and_writes_as_much(registry: Registry) -> None:
    known = await registry.client.post("/password-resets", json={"email": EMAIL})
    unknown = await registry.client.post("/password-resets", json={"email": "nobody@example.com"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    async with registry.sessions() as session:
        assert [row.user_id is None for row in await session.exec(select(PasswordReset))].count(True) == 1


async def test_asking_again_and_again_writes_no_more_links(registry: Registry) -> None:
    statuses = [(await registry.client.post("/password-resets", json={"email": EMAIL})).status_code for _ in range(6)]

    assert statuses == [202] * 6
    async with registry.sessions() as session:
        assert len((await session.exec(select(PasswordReset))).all()) == 3

"""What identity tells Prometheus of API keys."""

from datetime import timedelta

from sqlmodel import col, update

from chassis.clock import Now, real_now
from chassis.worker import Worker
from services.identity.api_keys.models import ApiKey
from services.identity.figures.measures import measures
from tests.services.identity.registry import Registry

DAY = 86_400


async def a_key(registry: Registry, name: str, *, days: float) -> str:
    """Its id; it expires in so many days."""
    made = await registry.do("POST", "/api-keys", {"name": name, "profile": "viewer"})
    dates = {"created_at": real_now() - timedelta(days=60), "expires_at": real_now() + timedelta(days=days)}
    async with registry.sessions() as session, session.begin():
        await session.exec(update(ApiKey).where(col(ApiKey.id) == made["key"]["id"]).values(**dates))
    return str(made["key"]["id"])


async def told(registry: Registry) -> dict[str, float]:
    """Days until the keys of `demo` expire, by name."""
    worker = Worker("identity", None, None, registry.sessions, None, Now())  # type: ignore[arg-type]
    (figure,) = await measures(worker)["API keys"]()
    return {name: round(left / DAY, 1) for (_, name), left in figure.values.items()}


async def test_a_key_that_has_expired_is_told_of_until_it_is_revoked(registry: Registry) -> None:
    await a_key(registry, "bank", days=3)
    expired = await a_key(registry, "shop", days=-1)
    await a_key(registry, "till", days=-29)
    await a_key(registry, "long ago", days=-31)
    assert await told(registry) == {"bank": 3, "shop": -1, "till": -29}

    await registry.ask("DELETE", f"/api-keys/{expired}")

    assert await told(registry) == {"bank": 3, "till": -29}


async def test_of_two_keys_with_one_name_the_first_to_expire_is_told_of(registry: Registry) -> None:
    await a_key(registry, "bank", days=80)
    await a_key(registry, "bank", days=-1)

    assert await told(registry) == {"bank": -1}

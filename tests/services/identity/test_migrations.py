"""The migrated database is the one that the models describe."""

from collections.abc import Awaitable, Callable

from services.identity.main import SERVICE
from tests.support.schema import differences


async def test_models_and_migrations_agree(database_of: Callable[[str], Awaitable[str]]) -> None:
    assert SERVICE.routers  # the import of main brings every model in
    assert await differences("identity", await database_of("identity")) == []

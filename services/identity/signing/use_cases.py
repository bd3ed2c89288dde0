"""Make, rotate and publish the keys that sign tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Sessions
from services.identity.signing import domain, store
from services.identity.signing.models import SigningKey


async def keys(sessions: Sessions, *, now: datetime) -> Sequence[SigningKey]:
    """Every published key, with at least one that signs: the first is made when it is asked for."""
    async with sessions() as session:
        known = await store.every(session)
    if domain.signing(known, now=now) is None:
        await rotate(sessions, lives=timedelta(0), now=now, only_first=True)
        async with sessions() as session:
            known = await store.every(session)
    return known


async def published(sessions: Sessions, *, now: datetime) -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set, with the keys of the past as long as a token of theirs may be valid."""
    return {"keys": [key.public for key in await keys(sessions, now=now)]}


async def signing_key(sessions: Sessions, *, now: datetime) -> SigningKey:
    found = domain.signing(await keys(sessions, now=now), now=now)
    if found is None:
        raise LookupError("no signing key")
    return found


async def rotate(sessions: Sessions, *, lives: timedelta, now: datetime, only_first: bool = False) -> None:
    """Make a key when the newest is older than `lives`, and drop those whose tokens have all expired."""
    async with sessions() as session, session.begin():
        await store.lock(session)
        known = await store.every(session)
        if only_first and domain.signing(known, now=now) is not None:
            return
        if only_first or domain.is_due(known, lives=lives, now=now):
            session.add(domain.new_key(now=now, is_first=domain.signing(known, now=now) is None))
        await _drop(session, domain.outlived(known, now=now))


async def _drop(session: AsyncSession, outlived: Sequence[SigningKey]) -> None:
    for key in outlived:
        await session.delete(key)

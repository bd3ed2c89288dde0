"""Make, rotate and publish the keys that sign tokens."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Sessions
from services.identity.sealing import Sealer
from services.identity.signing import domain, store
from services.identity.signing.models import SigningKey

log = logging.getLogger(__name__)


async def keys(sessions: Sessions, sealer: Sealer, *, now: datetime) -> Sequence[SigningKey]:
    """Every published key, with at least one that signs: the first is made when it is asked for."""
    async with sessions() as session:
        known = await store.every(session)
    if domain.signing(known, now=now) is None:
        await rotate(sessions, sealer, lives=timedelta(0), now=now, only_first=True)
        async with sessions() as session:
            known = await store.every(session)
    return known


async def published(sessions: Sessions, sealer: Sealer, *, now: datetime) -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set, with the keys of the past as long as a token of theirs may be valid."""
    return {"keys": [key.public for key in await keys(sessions, sealer, now=now)]}


async def signing_key(sessions: Sessions, sealer: Sealer, *, now: datetime) -> tuple[str, str]:
    """The id and the private half (PEM) of the key that signs now; 503 when the sealing keys do not open it."""
    found = domain.signing(await keys(sessions, sealer, now=now), now=now)
    opened = sealer.open(found.private) if found else None
    if found is None or opened is None:
        log.error("no signing key can be opened with RELANCE_SEALING_KEYS")
        raise domain.NoKeySigns
    return found.kid, opened


async def rotate(
    sessions: Sessions, sealer: Sealer, *, lives: timedelta, now: datetime, only_first: bool = False
) -> None:
    """Make a key when the newest is older than `lives`, and drop those whose tokens have all expired."""
    async with sessions() as session, session.begin():
        await store.lock(session)
        known = await store.every(session)
        if only_first and domain.signing(known, now=now) is not None:
            return
        if only_first or domain.is_due(known, lives=lives, now=now):
            session.add(domain.new_key(sealer, now=now, is_first=domain.signing(known, now=now) is None))
        await _drop(session, domain.outlived(known, now=now))


async def seal_anew(sessions: Sessions, sealer: Sealer) -> int:
    """Seal with the first sealing key what stands as it is, or under another of them; how many. One that none of
    them opens stays."""
    async with sessions() as session, session.begin():
        await store.lock(session)
        older = [key for key in await store.every(session) if not sealer.is_current(key.private)]
        opened = [(key, sealer.open(key.private)) for key in older]
        for key, private in opened:
            key.private = sealer.seal(private) if private else key.private
        return sum(1 for _, private in opened if private)


async def _drop(session: AsyncSession, outlived: Sequence[SigningKey]) -> None:
    for key in outlived:
        await session.delete(key)

"""What expires, over all organisations."""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.api_keys.models import ApiKey

TOLD_AFTER = timedelta(days=30)
"""An expired key is told of for so long: its program may stand still, and nobody knows that it is not needed any more
until somebody revokes it."""


async def keys_to_tell(session: AsyncSession, *, now: datetime) -> list[tuple[str, str, datetime]]:
    """(organisation, name, expiry) of each API key that nobody revoked and that did not expire long ago."""
    statement = select(ApiKey.organisation, ApiKey.name, ApiKey.expires_at).where(
        col(ApiKey.revoked_at).is_(None), col(ApiKey.expires_at) > now - TOLD_AFTER
    )
    return list((await session.exec(statement)).all())

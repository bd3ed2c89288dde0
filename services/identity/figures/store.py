"""What expires, over all organisations."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.api_keys.models import ApiKey


async def keys_in_force(session: AsyncSession, *, now: datetime) -> list[tuple[str, str, datetime]]:
    """(organisation, name, expiry) of each API key that still opens something."""
    statement = select(ApiKey.organisation, ApiKey.name, ApiKey.expires_at).where(
        col(ApiKey.revoked_at).is_(None), col(ApiKey.expires_at) > now
    )
    return list((await session.exec(statement)).all())

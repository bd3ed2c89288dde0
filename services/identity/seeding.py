"""An administrator straight in the database: for the local stack, and for the command line in production."""

import ssl
from datetime import datetime

from chassis import database
from services.identity import bootstrap
from services.identity.bootstrap import FirstAdmin
from services.identity.passwords import Passwords
from services.identity.users import store as users
from services.identity.users.domain import normal


async def has_user(dsn: str, email: str) -> bool:
    engine = database.engine(dsn, pool=1)
    try:
        async with database.sessions_of(engine)() as session:
            return await users.by_email(session, normal(email)) is not None
    finally:
        await engine.dispose()


async def make_admin(
    dsn: str,
    wanted: FirstAdmin,
    password: str,
    *,
    is_temporary: bool,
    passwords: Passwords,
    now: datetime,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Raises EmailTaken."""
    hashed = await passwords.hash(password)
    engine = database.engine(dsn, pool=1, tls=tls)
    try:
        async with database.sessions_of(engine)() as session, session.begin():
            await bootstrap.create_admin(session, wanted, hashed, is_temporary=is_temporary, now=now)
    finally:
        await engine.dispose()

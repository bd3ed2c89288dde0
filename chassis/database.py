"""PostgreSQL: sessions and the transaction of a request."""

import ssl
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Enum, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Sessions = async_sessionmaker[AsyncSession]

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def text_enum(kind: type[StrEnum]) -> Enum:
    """A column of the enum's values as plain text: a new value needs no migration of a database type."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda e: [member.value for member in e])


def engine(
    dsn: str, *, pool: int = 10, statement_seconds: float | None = 30, tls: ssl.SSLContext | None = None
) -> AsyncEngine:
    """`pool` connections at most; each statement ends within its limit, each wait for a lock within 10 s.

    Without `tls` a connection is encrypted where the server offers it, whoever the server is.
    """
    made = create_async_engine(
        dsn,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # an error is logged: it must not carry names and addresses
        connect_args={
            "ssl": tls,
            "timeout": 5,
            "command_timeout": statement_seconds,
            "server_settings": {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"},
        },
    )
    event.listen(made.sync_engine, "checkout", _refuse_closed)
    return made


def _refuse_closed(connection: DBAPIConnection, _: object, __: object) -> None:
    """The pool then makes another. asyncpg hears at once of a server that went away, so nothing need be asked.

    SQLAlchemy's own way, `pool_pre_ping`, costs three round trips before each transaction.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def sessions_of(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


async def without_transaction(session: AsyncSession) -> None:
    """Each statement of a new session for itself: a lookup is spared two round trips."""
    await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    sessions: Sessions = request.app.state.sessions
    async with sessions() as session, session.begin():
        request.state.session = session
        tell: Callable[[], None] = request.app.state.watch(request, session)
        yield session
        await session.flush()
        tell()


Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
"""One request, one transaction: committed before the answer leaves, rolled back by any error."""


async def reading(request: Request) -> AsyncIterator[AsyncSession]:
    engine: AsyncEngine = request.app.state.engine
    async with AsyncSession(engine.execution_options(isolation_level="AUTOCOMMIT"), autoflush=False) as session:
        yield session


Reading = Annotated[AsyncSession, Depends(reading, scope="function")]
"""For requests that change nothing: each query sees what is committed when it begins, as in a `Transaction`, and
spares the two round trips that begin and end one. What must agree is read in one query."""


async def ping(engine: AsyncEngine) -> None:
    """Raises when the database cannot be reached."""
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))

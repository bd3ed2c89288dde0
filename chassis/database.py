"""PostgreSQL: sessions and the transaction of a request."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Enum, text
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


def engine(dsn: str, *, pool: int = 10) -> AsyncEngine:
    """`pool` connections at most; each statement ends within 30 s, each wait for a lock within 10 s."""
    return create_async_engine(
        dsn,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,  # an error is logged: it must not carry names and addresses
        connect_args={
            "timeout": 5,
            "command_timeout": 30,
            "server_settings": {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"},
        },
    )


def sessions_of(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    sessions: Sessions = request.app.state.sessions
    async with sessions() as session, session.begin():
        request.state.session = session
        yield session


Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
"""One request, one transaction: committed before the answer leaves, rolled back by any error."""


async def ping(engine: AsyncEngine) -> None:
    """Raises when the database cannot be reached."""
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))

"""Migrations: each service's numbered steps, run once, under a lock, before the service starts."""

import logging
import ssl
import sys
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chassis import database
from chassis.schema_versions import last_known, versions_of

log = logging.getLogger(__name__)

LOCK = 7_205_759_404
LOCK_NOT_AVAILABLE = "55P03"


def config_of(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("version_locations", str(versions_of(service)))
    config.set_main_option("path_separator", "newline")
    return config


async def migrate(service: str, dsn: str, *, to: str = "head", tls: ssl.SSLContext | None = None) -> None:
    """Bring the database to `to`, a transaction for each step; one that was stopped goes on where it stood.

    A second runner waits for the first and then finds nothing to do; so does a release that was rolled back. A step
    may take as long as it needs: one that builds an index while the service works does so in
    `op.get_context().autocommit_block()`.
    """
    engine = database.engine(dsn, pool=1, statement_seconds=None, tls=tls)  # an index on a large table takes its time
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, service, to)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, service: str, to: str) -> None:
    while not _is_locked(connection):
        pass
    connection.execute(text("set lock_timeout = '60s'"))
    connection.commit()
    config = config_of(service)
    if newer := _later_than_known(config, connection):
        log.warning("the database is at %s, of a later release: nothing is migrated", newer)
        return
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _later_than_known(config: Config, connection: Connection) -> str | None:
    """Where the database is, when this release does not know that step: it was rolled back and works with it."""
    stands = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    return stands if stands is not None and stands not in known else None


def _is_locked(connection: Connection) -> bool:
    """Whether the lock is ours now. It is the connection's, which is closed after: it outlives the steps.

    Waited for in short transactions: an index that is built beside the service waits for every transaction that is
    older, so that one which waited for the lock all the while would end in a deadlock.
    """
    connection.execute(text("set lock_timeout = '200ms'"))
    try:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    finally:
        connection.rollback()
    return True


def new(service: str, message: str) -> Path:
    """Write the next numbered, empty migration of a service."""
    directory = versions_of(service)
    number = f"{int(last_known(service)) + 1:04d}"
    script: Any = command.revision(config_of(service), message, rev_id=number, version_path=str(directory))
    return Path(script.path)


def head(service: str) -> str | None:
    return ScriptDirectory.from_config(config_of(service)).get_current_head()


def create_mechanics() -> None:
    """The tables that every service has: outbox, inbox, answers to keyed requests. For the first migration."""
    op.execute("""
        create table outbox (
            position bigint generated always as identity primary key,
            id uuid not null,
            subject text not null,
            body text not null,
            occurred_at timestamptz not null,
            traceparent text
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """)
    op.execute("""
        create function notify_outbox() returns trigger language plpgsql as $$
        begin perform pg_notify('outbox', ''); return null; end $$
    """)
    op.execute("""
        create trigger outbox_inserted after insert on outbox
        for each statement execute function notify_outbox()
    """)
    op.execute("""
        create table inbox (
            consumer text not null,
            message_id text not null,
            received_at timestamptz not null,
            primary key (consumer, message_id)
        )
    """)
    op.execute("create index ix_inbox_received_at on inbox (received_at)")
    op.execute("""
        create table idempotency_keys (
            caller text not null,
            key text not null,
            fingerprint text not null,
            status integer not null,
            body bytea not null,
            media_type text,
            stored_at timestamptz not null,
            primary key (caller, key)
        )
    """)
    op.execute("create index ix_idempotency_keys_stored_at on idempotency_keys (stored_at)")


def keep_origins() -> None:
    """The outbox keeps when the event that a fact follows from was published. For a later migration."""
    op.execute("alter table outbox add column origin_at timestamptz")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m chassis.migrations SERVICE 'what it does'")
    print(new(sys.argv[1], sys.argv[2]))  # noqa: T201

"""PostgreSQL's own word on when things were committed, and on what waits to be published."""

from datetime import UTC, datetime
from decimal import Decimal

from deploy.local.catalogue import SERVICES
from deploy.local.servers import PostgresServer
from tests.chaos.evidence import Credited, Movement, Series

ANSWERS_WITHIN_S = 60.0


def outboxes(postgres: PostgresServer) -> dict[str, int]:
    counted = "SELECT count(*) FROM outbox"
    return {f"outbox of {name}": int(_asked(postgres, counted, name)) for name in SERVICES}


def series(postgres: PostgresServer) -> dict[Series, int]:
    """The last number of each series, as it is locked by whoever takes the next one."""
    said = _asked(postgres, "SELECT organisation, series || '-' || year, last FROM invoice_series", "billing")
    rows = [line.split("|") for line in said.splitlines()]
    return {(organisation, name): int(last) for organisation, name, last in rows}


def movements(postgres: PostgresServer) -> list[Movement]:
    """Each allocation with the instant of its commit, in the order of the commits."""
    said = _asked(
        postgres,
        "SELECT invoice_id, amount, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM allocations ORDER BY 3",
        "billing",
    )
    rows = [line.split("|") for line in said.splitlines()]
    return [Movement(invoice, Decimal(amount), datetime.fromtimestamp(float(at), UTC)) for invoice, amount, at in rows]


def credited(postgres: PostgresServer) -> list[Credited]:
    """Each invoice that a credit note took back, with the instant from which nothing was owed on it."""
    said = _asked(
        postgres,
        "SELECT invoice_id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM receivable_decisions "
        "WHERE kind = 'credit' ORDER BY 2",
        "billing",
    )
    rows = [line.split("|") for line in said.splitlines()]
    return [Credited(invoice, datetime.fromtimestamp(float(at), UTC)) for invoice, at in rows]


def made_at(postgres: PostgresServer) -> dict[str, datetime]:
    """By key: when a letter's document was committed, or a call that has not changed since it was opened."""
    said = _asked(
        postgres,
        "SELECT key, extract(epoch FROM pg_xact_commit_timestamp(document.xmin)) "
        "FROM letters JOIN letter_documents AS document ON letter_id = id "
        "UNION ALL SELECT key, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM tasks WHERE status = 'opened'",
        "notify",
    )
    rows = [line.rpartition("|") for line in said.splitlines()]
    return {key: datetime.fromtimestamp(float(at), UTC) for key, _, at in rows if at}


def _asked(postgres: PostgresServer, question: str, database: str) -> str:
    """A server that was killed may hang."""
    return postgres.execute(question, database=database, within=ANSWERS_WITHIN_S)

"""PostgreSQL's word, from a server of its own that notes its commits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.clock import real_now
from deploy.local.ports import free_port
from deploy.local.servers import PostgresServer, running
from tests.chaos.commits import credited, made_at, series
from tests.chaos.plan import WitnessPostgres

TABLES = """
CREATE TABLE letters (id int PRIMARY KEY, key text, status text);
CREATE TABLE letter_documents (letter_id int PRIMARY KEY);
CREATE TABLE tasks (key text, status text);
"""
MADE = """
INSERT INTO letters VALUES (1, 'invoice:brisk:letter:1', 'prepared');
INSERT INTO letter_documents VALUES (1);
INSERT INTO tasks VALUES ('invoice:brisk:call:1', 'opened'), ('invoice:brisk:other:1', 'opened');
"""


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    with running(WitnessPostgres(tmp_path, free_port(), databases=["notify", "billing"], durable=False)) as server:
        yield server


def test_a_letter_was_made_when_its_document_was_and_a_call_when_it_was_opened(postgres: PostgresServer) -> None:
    postgres.execute(TABLES, database="notify")
    before = real_now()
    postgres.execute(MADE, database="notify")
    after = real_now()
    postgres.execute(
        "UPDATE letters SET status = 'withdrawn'; UPDATE tasks SET status = 'withdrawn' WHERE key LIKE '%other%'",
        database="notify",
    )

    made = made_at(postgres)

    assert set(made) == {"invoice:brisk:letter:1", "invoice:brisk:call:1"}
    assert all(before <= at <= after for at in made.values())


def test_a_series_tells_the_last_number_that_it_gave(postgres: PostgresServer) -> None:
    table = "CREATE TABLE invoice_series (organisation text, series text, year int, last int)"
    given = (
        "INSERT INTO invoice_series VALUES ('demo', 'F', 2026, 54), ('demo', 'A', 2026, 4), ('neighbour', 'F', 2026, 6)"
    )
    postgres.execute(f"{table}; {given}", database="billing")
    assert series(postgres) == {("demo", "F-2026"): 54, ("demo", "A-2026"): 4, ("neighbour", "F-2026"): 6}


def test_an_invoice_was_credited_when_that_was_decided(postgres: PostgresServer) -> None:
    postgres.execute("CREATE TABLE receivable_decisions (invoice_id text, kind text)", database="billing")
    before = real_now()
    postgres.execute(
        "INSERT INTO receivable_decisions VALUES ('one', 'credit'), ('other', 'due_date')", database="billing"
    )
    (found,) = credited(postgres)
    assert found.invoice_id == "one"
    assert before <= found.committed <= real_now()

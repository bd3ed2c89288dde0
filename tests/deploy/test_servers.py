"""The servers start, keep their data over a crash, and leave no process."""

import os
import signal
from pathlib import Path
from threading import Timer

import nats
import pytest
from temporalio.client import Client

from deploy.local.ports import free_port
from deploy.local.program import CannotStart
from deploy.local.servers import Launched, NatsServer, PostgresServer, TemporalServer, running
from tests.deploy.processes import processes_naming


def test_postgres_makes_the_databases_it_is_asked_for_and_keeps_them(tmp_path: Path) -> None:
    with running(PostgresServer(tmp_path, free_port(), databases=["quotes", "billing"])) as postgres:
        postgres.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)", database="billing")
    with running(PostgresServer(tmp_path, free_port(), databases=["quotes", "billing"])) as postgres:
        assert postgres.execute("SELECT n FROM kept", database="billing").strip() == "7"


def test_postgres_comes_back_by_itself_from_a_kill(tmp_path: Path) -> None:
    with Launched(PostgresServer(tmp_path, free_port())) as launched:
        launched.kill()
        launched.start_again()


def test_postgres_starts_again_once_the_last_process_of_the_killed_one_is_gone(tmp_path: Path) -> None:
    with Launched(PostgresServer(tmp_path, free_port(), durable=False)) as launched:
        server = (tmp_path / "cluster" / "postmaster.pid").read_text().split()[0]
        one = int(Path(f"/proc/{server}/task/{server}/children").read_text().split()[-1])
        os.kill(one, signal.SIGSTOP)  # it cannot see that its server is gone
        launched.kill()
        Timer(0.5, os.kill, (one, signal.SIGKILL)).start()
        launched.start_again()


def test_postgres_is_not_stopped_by_the_pid_file_of_a_killed_server(tmp_path: Path) -> None:
    with Launched(PostgresServer(tmp_path, free_port(), durable=False)) as launched:
        pid_file = tmp_path / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        launched.kill()
        pid_file.write_text("\n".join(["1", *lines[1:]]))
        launched.start_again()


def test_postgres_refuses_a_connection_without_its_password(tmp_path: Path) -> None:
    with running(PostgresServer(tmp_path, free_port(), durable=False)) as postgres:
        (tmp_path / "password").write_text("a-guess")
        with pytest.raises(CannotStart, match="password authentication failed"):
            postgres.execute("SELECT 1")


def test_postgres_that_hangs_is_told_of_after_a_while(tmp_path: Path) -> None:
    hangs = pytest.raises(CannotStart, match=r"psql on postgres did not end within 0\.5 s")
    with running(PostgresServer(tmp_path, free_port(), durable=False)) as postgres, hangs:
        postgres.execute("SELECT pg_sleep(30)", within=0.5)


async def test_nats_keeps_a_stream_over_a_kill(tmp_path: Path) -> None:
    with Launched(NatsServer(tmp_path, free_port())) as launched:
        url = launched.program.address
        connection = await nats.connect(url)
        stream = connection.jetstream()
        await stream.add_stream(name="KEPT", subjects=["kept.>"])
        await stream.publish("kept.one", b"1")
        await connection.close()

        launched.kill()
        launched.start_again()

        connection = await nats.connect(url)
        assert (await connection.jetstream().stream_info("KEPT")).state.messages == 1
        await connection.close()


async def test_temporal_is_ready_with_its_namespace(tmp_path: Path) -> None:
    with running(TemporalServer(tmp_path, free_port())) as temporal:
        client = await Client.connect(temporal.target)
        assert (await client.count_workflows("")).count == 0


def test_no_process_is_left_when_a_server_stops(tmp_path: Path) -> None:
    with running(PostgresServer(tmp_path, free_port(), durable=False)):
        assert processes_naming(str(tmp_path))
    assert processes_naming(str(tmp_path)) == []


def test_a_port_in_use_is_named_with_its_owner_and_the_setting_that_moves_it(tmp_path: Path) -> None:
    with running(NatsServer(tmp_path / "first", free_port())) as first:
        second = NatsServer(tmp_path / "second", first.port, name="nats")
        with pytest.raises(CannotStart) as refused, running(second):
            pass

    assert f"Port {first.port}, which nats needs, is in use by process" in str(refused.value)
    assert "nats-server" in str(refused.value)
    assert "set RELANCE_NATS_PORT to another port" in str(refused.value)


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with (
        pytest.raises(CannotStart, match="could not access the server configuration file"),
        running(PostgresServer(tmp_path, free_port())),
    ):
        pass

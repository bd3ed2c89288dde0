"""Real servers for the tests: PostgreSQL once a session, with fresh databases for each test; NATS for each test."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client as Nats

from chassis import migrations
from chassis.provision import provision
from contracts.topology import STREAMS
from deploy.local.ports import free_port
from deploy.local.servers import Launched, NatsServer, PostgresServer, running
from tests.support.aside import aside
from tests.support.databases import Databases, quick_directory
from tests.support.lent import Pool, a_pool
from tests.support.tokens import Keys, new_keys


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with (
        quick_directory(tmp_path_factory) as directory,
        running(PostgresServer(directory, free_port(), durable=False)) as server,
        aside("databases of the tests") as there,
    ):
        databases = Databases(server, there)
        yield databases
        there.finish(databases.close())


@pytest.fixture
async def database_of(databases: Databases) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """`await database_of("billing")`: the address of a database with the tables of that service, for this test."""
    made: list[str] = []

    async def fresh(service: str) -> str:
        made.append(await databases.fresh(service, lambda dsn: migrations.migrate(service, dsn)))
        return made[-1]

    yield fresh
    for address in made:
        await databases.drop(address)


@pytest.fixture
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """One for each test, in 40 ms: a server that has just deleted a stream may refuse to make it again."""
    server = NatsServer(tmp_path_factory.mktemp("nats"), free_port())
    with Launched(server) as launched:
        yield server
        launched.kill()  # nobody reads its files again: told to stop, it takes a fifth of a second


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Nats]:
    """A connection to a new server with its streams and consumers."""
    connection = await nats.connect(nats_server.url)
    js = connection.jetstream()
    await provision(js, replicas=1, days=1)
    assert len(await js.streams_info()) == len(STREAMS)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return new_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Processes that print and render, for the tests that do not look at these."""
    with a_pool() as pool:
        yield pool


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real receivables, invoices and bank files; tests that use them skip where they are absent."""
    path = Path(__file__).parent.parent.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"the real data is absent: {path}")
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-histories", action="store_true", help="keep the workflows' histories that are not recorded yet"
    )


def pytest_collection_finish() -> None:
    """What was loaded stays for good: collecting garbage among it was a quarter of the tests' time."""
    gc.collect()
    gc.freeze()

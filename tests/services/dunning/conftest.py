"""The dunning service on a fresh database, its API, and a clock that tests set."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import httpx2
import pytest
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.service import RPCError

from chassis import database
from chassis.app import create_app
from chassis.auth import Role
from chassis.database import Sessions
from contracts import dunning
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from services.dunning.main import SERVICE
from services.dunning.settings import Settings
from services.dunning.steering.running import RunningWorkflows
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk, Time
from tests.support.tokens import Keys
from workflows.client import connect


@pytest.fixture
async def dsn(database_of: Callable[[str], Awaitable[str]]) -> str:
    return await database_of("dunning")


@pytest.fixture
async def sessions(dsn: str) -> AsyncIterator[Sessions]:
    engine = database.engine(dsn)
    yield database.sessions_of(engine)
    await engine.dispose()


@pytest.fixture
async def desk(dsn: str, keys: Keys, sessions: Sessions) -> AsyncIterator[Desk]:
    settings = Settings(auth_jwks=str(keys.jwks), signing_key=keys.private, database_url=SecretStr(dsn))
    app = create_app(SERVICE, settings)
    time = Time()
    app.state.now = time
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://d") as http:
        yield Desk(http, keys, sessions, time)


STUCK_AFTER = {"system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": 2}
"""Failures of a workflow's task in a row, not five: the server waits longer before each, a minute for five."""


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    server = TemporalServer(tmp_path_factory.mktemp("temporal"), free_port(), settings=STUCK_AFTER)
    with running(server):
        yield server


@pytest.fixture
async def temporal(temporal_server: TemporalServer) -> Client:
    return await connect(temporal_server.target, "default")


@pytest.fixture
def workflows(temporal: Client) -> RunningWorkflows:
    return RunningWorkflows(temporal)


@pytest.fixture
async def steering(temporal: Client, workflows: RunningWorkflows, desk: Desk) -> AsyncIterator[Steering]:
    """Business time is real time here, since Temporal's is. What a test leaves running ends with it."""
    desk.time.at = datetime.now(UTC)
    yield Steering(temporal, desk.time)
    async for page in workflows.running_pages():
        for _, invoice_id in page:
            with suppress(RPCError):  # the list lags by a moment
                await temporal.get_workflow_handle(dunning.workflow_id(invoice_id)).terminate()


@pytest.fixture
async def api(desk: Desk, dsn: str, keys: Keys, temporal_server: TemporalServer) -> AsyncIterator[httpx2.AsyncClient]:
    """The service as an admin asks it, with Temporal."""
    settings = Settings(auth_jwks=str(keys.jwks), database_url=SecretStr(dsn), temporal_address=temporal_server.target)
    app = create_app(SERVICE, settings)
    app.state.now = desk.time
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://d", headers=keys.bearer(Role.ADMIN)) as http,
    ):
        yield http

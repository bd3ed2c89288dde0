"""The bus of an operator, whose users have `.creds` files: the same rights, out of `python -m deploy.nats --json`."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import nats.errors
import pytest
from nats.aio.client import Client as Nats
from nats.js.errors import NoStreamResponseError

from chassis import bus
from chassis.provision import provision
from chassis.settings import BusSettings
from contracts.topology import BILLING_PAYMENT
from deploy.chart.helm import ROOT
from deploy.local.ports import free_port
from deploy.local.servers import running
from deploy.nats.permissions import USERS
from tests.support.operated_nats import OperatedNats

REFUSED = (TimeoutError, nats.errors.Error, NoStreamResponseError)
As = Callable[[str], BusSettings]


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[As]:
    """The settings of a user, as a pod has them with `nats.auth: credentials`."""
    told = subprocess.run(
        [sys.executable, "-m", "deploy.nats", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    rights = json.loads(told.stdout)
    assert set(rights) == set(USERS)
    with running(OperatedNats(tmp_path_factory.mktemp("nats"), free_port())) as server:
        yield lambda user: BusSettings(
            nats_url=server.url, nats_user=user, nats_credentials=server.credentials(user, rights[user])
        )


@asynccontextmanager
async def connected(settings: BusSettings) -> AsyncIterator[Nats]:
    connection = await bus.connect(settings.bus, name="test", patience=5)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def streams(access: As) -> None:
    async with connected(access("provision")) as connection:
        await provision(connection.jetstream(timeout=2), replicas=1, days=1)


async def test_a_service_with_a_file_reads_and_publishes_what_is_its_own(access: As, streams: None) -> None:
    async with connected(access("publisher")) as publisher:
        await publisher.jetstream().publish("payments.payment.received.v1", b"{}", timeout=2)
    async with connected(access("billing")) as billing:
        js = billing.jetstream(timeout=2)
        payments = await js.pull_subscribe_bind(BILLING_PAYMENT.durable, BILLING_PAYMENT.stream)
        (message,) = await payments.fetch(1, timeout=5)
        await message.ack_sync()
        await js.publish("billing.test.happened.v1", b"{}", timeout=2)
        with pytest.raises(REFUSED):
            await js.publish("quotes.test.happened.v1", b"{}", timeout=0.3)


async def test_the_console_with_a_file_publishes_nothing(access: As, streams: None) -> None:
    async with connected(access("console")) as console:
        with pytest.raises(REFUSED):
            await console.jetstream().publish("payments.payment.received.v1", b"{}", timeout=0.3)


async def test_nobody_hears_the_answers_of_another(access: As, streams: None) -> None:
    """The inbox of each is below its own name."""
    told: asyncio.Queue[Exception] = asyncio.Queue()
    stranger = Nats()
    settings = access("quotes")
    await stranger.connect(**settings.bus.options(), error_cb=told.put)
    try:
        await stranger.subscribe("_INBOX_billing.>")
        # No flush: its PING may overtake a SUB that still waits to be written.
        error = await asyncio.wait_for(told.get(), 30)
    finally:
        await stranger.close()

    assert "permissions violation for subscription" in str(error).lower()

"""The bus as production has it: encrypted from the first byte, and each service limited to its own subjects."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy
from nats.js.errors import NoStreamResponseError
from pydantic import SecretStr

from chassis import bus
from chassis.bus_access import Access
from chassis.provision import provision
from chassis.settings import BusSettings, NatsTls
from chassis.watch import heeded
from contracts.topology import BILLING_PAYMENT, CONSUMERS, STREAMS, consumers_of, streams_of
from deploy.local.ports import free_port
from deploy.local.servers import running
from deploy.nats.__main__ import configuration
from deploy.nats.permissions import SERVICES
from tests.support.certificates import Authority
from tests.support.secured_nats import SecuredNats

REFUSED = (TimeoutError, nats.errors.Error, NoStreamResponseError)
As = Callable[..., Access]
Relance = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[SecuredNats]:
    with running(SecuredNats(tmp_path_factory.mktemp("nats"), free_port(), authority.signs("nats"))) as server:
        yield server


@pytest.fixture
def access(server: SecuredNats, authority: Authority) -> As:
    def of(user: str, password: str = "", ca: Path = authority.ca, tls: NatsTls = NatsTls.HANDSHAKE_FIRST) -> Access:
        return BusSettings(
            nats_url=server.url, nats_user=user, nats_password=SecretStr(password or f"of-{user}"),
            nats_tls=tls, nats_ca=ca,
        ).bus  # fmt: skip

    return of


@pytest.fixture
def relance(server: SecuredNats, authority: Authority) -> Relance:
    """`await relance(user, ...)`: the command line as that user of the bus."""
    where = {
        "RELANCE_NATS_URL": server.url,
        "RELANCE_NATS_TLS": "handshake_first",
        "RELANCE_NATS_CA": str(authority.ca),
    }

    def call(user: str, *arguments: str) -> Awaitable["subprocess.CompletedProcess[str]"]:
        given = where | {"RELANCE_NATS_USER": user, "RELANCE_NATS_PASSWORD": f"of-{user}"}
        command = [sys.executable, "-m", "cli.main", *arguments]
        return asyncio.to_thread(
            subprocess.run, command, env={**os.environ, **given}, capture_output=True, text=True, timeout=60
        )

    return call


@asynccontextmanager
async def connected(access: Access) -> AsyncIterator[Nats]:
    connection = await bus.connect(access, name="test", patience=5)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def streams(access: As) -> None:
    async with connected(access("provision")) as connection:
        await provision(connection.jetstream(timeout=2), replicas=1, days=1)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_publishes_its_own_facts_and_nobody_elses(access: As, streams: None, service: str) -> None:
    own = [stream for stream in STREAMS if stream.name == service.upper()]
    others = [stream for stream in STREAMS if stream.name in ("QUOTES", "BILLING", "DUNNING", "NOTIFY")]
    async with connected(access(service)) as connection:
        js = connection.jetstream(timeout=1)
        for stream in own:
            await js.publish(f"{stream.subjects[0][:-1]}test.happened.v1", b"{}", timeout=2)
        await js.publish("audit.entry.recorded.v1", b"{}", timeout=2)
        for stream in others:
            if stream not in own:
                with pytest.raises(REFUSED):
                    await js.publish(f"{stream.subjects[0][:-1]}test.happened.v1", b"{}", timeout=0.3)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_its_own_consumers_and_nobody_elses(access: As, streams: None, service: str) -> None:
    async with connected(access(service)) as connection:
        js = connection.jetstream(timeout=1)
        for consumer in consumers_of(service):
            assert (await js.consumer_info(consumer.stream, consumer.durable, timeout=2)).name == consumer.durable
        stranger = next(each for each in CONSUMERS if each not in consumers_of(service))
        with pytest.raises(REFUSED):
            await js.consumer_info(stranger.stream, stranger.durable, timeout=0.3)
        with pytest.raises(REFUSED):
            await js.delete_consumer(BILLING_PAYMENT.stream, BILLING_PAYMENT.durable)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_sees_how_full_the_streams_are_that_it_answers_for(
    access: As, streams: None, service: str
) -> None:
    async with connected(access(service)) as connection:
        js = connection.jetstream(timeout=2)
        for stream in streams_of(service):
            assert (await js.stream_info(stream.name)).config.name == stream.name
        with pytest.raises(REFUSED):
            await connection.jetstream(timeout=0.3).stream_info("QUOTES" if service != "quotes" else "BILLING")


async def test_a_publisher_publishes_payments_and_nothing_else(access: As, streams: None) -> None:
    async with connected(access("publisher")) as connection:
        js = connection.jetstream(timeout=1)
        assert (await js.publish("payments.payment.received.v1", b"{}", timeout=2)).stream == "PAYMENTS"
        with pytest.raises(REFUSED):
            await js.publish("billing.invoice.settled.v1", b"{}", timeout=0.3)


async def test_the_console_hears_what_happens_and_publishes_nothing(access: As, streams: None) -> None:
    """Neither a fact nor a question: whoever may ask JetStream may end a stream."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: Msg) -> None:
        heard.put_nowait(message.subject)

    async with connected(access("console")) as console, connected(access("billing")) as billing:
        await console.subscribe("billing.>", cb=hear)
        await heeded(console)
        with pytest.raises(REFUSED):
            await console.jetstream().publish("payments.payment.received.v1", b"{}", timeout=0.3)
        with pytest.raises(REFUSED):
            await console.request("$JS.API.STREAM.INFO.BILLING", b"", timeout=0.3)
        await billing.jetstream().publish("billing.test.happened.v1", b"{}", timeout=2)
        assert await asyncio.wait_for(heard.get(), timeout=5) == "billing.test.happened.v1"


def test_no_list_of_subjects_is_empty() -> None:
    """nats-server takes an empty list for no limit at all."""
    assert "allow: []" not in configuration()
    assert configuration().count('publish: {deny: [">"]}') == 1


async def test_a_program_is_answered_below_the_inbox_of_its_user_alone(tmp_path: Path) -> None:
    """With the arguments of docs/publishing-payments.md."""
    subject, given = "payments.payment.received.v1", {"user": "publisher", "password": "of-publisher"}
    with running(SecuredNats(tmp_path / "nats", free_port())) as server:
        async with connected(Access(server.url, user="provision", password="of-provision")) as connection:
            await provision(connection.jetstream(timeout=2), replicas=1, days=1)
        elsewhere = await nats.connect(server.url, **given)
        with pytest.raises(TimeoutError):
            await elsewhere.jetstream().publish(subject, b"{}", timeout=0.5)
        await elsewhere.close()
        its_own = await nats.connect(server.url, **given, inbox_prefix="_INBOX_publisher")
        receipt = await its_own.jetstream().publish(subject, b"{}", timeout=2)
        await its_own.close()

    assert receipt.seq == 2, "the first was stored too"


async def test_the_command_line_publishes_a_payment_as_the_publisher(relance: Relance, streams: None) -> None:
    """As the pod of deploy/smoke.sh does."""
    payment = ["--organisation", "smoke", "--invoice", "F-2026-00001", "--amount", "120.00", "--wait", "0"]
    ended = await relance("publisher", "payment", "publish", *payment, "--json")

    assert ended.returncode == 0, ended.stderr
    assert '"stream": "PAYMENTS"' in ended.stdout


async def test_the_publisher_reads_that_its_payment_is_stored_while_billing_is_away(
    relance: Relance, streams: None
) -> None:
    """It may not ask how far billing is: nobody who reads this publishes the payment again under another id."""
    payment = ["--payment-id", "BNP-1", "--amount", "120.00", "--event-id", "e-1", "--wait", "2"]
    ended = await relance("publisher", "payment", "publish", *payment)

    assert ended.returncode == 3, ended.stderr
    assert ended.stdout.startswith("published: payments.payment.received.v1 BNP-1 (PAYMENTS ")
    assert ended.stdout.endswith("No answer of billing in this time; the event is stored and will be answered.\n")


async def test_the_operator_rewinds_a_consumer(access: As, relance: Relance, streams: None) -> None:
    ended = await relance("operator", "rewind", BILLING_PAYMENT.durable, "--since", "2026-11-24T10:00:00Z")

    assert ended.returncode == 0, ended.stderr
    async with connected(access("billing")) as connection:
        js = connection.jetstream(timeout=2)
        made = (await js.consumer_info(BILLING_PAYMENT.stream, BILLING_PAYMENT.durable)).config
    assert made.deliver_policy == DeliverPolicy.BY_START_TIME


async def test_who_is_not_known_or_trusts_another_authority_or_speaks_in_clear_text_is_refused(
    access: As, server: SecuredNats, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger", name="stranger")

    async def is_refused(how: Access) -> None:
        with pytest.raises((TimeoutError, OSError, nats.errors.Error)):
            async with connected(how):
                pass

    await asyncio.gather(  # each waits for as long as a connection may take
        is_refused(access("billing", password="wrong")),
        is_refused(access("billing", ca=stranger.ca)),
        is_refused(Access(f"nats://127.0.0.1:{server.port}", user="billing", password="of-billing")),
    )

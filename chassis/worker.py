"""The worker of a service: its listeners and its outbox relay, until SIGTERM or SIGINT."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

import asyncpg
from nats.aio.client import Client as Nats
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import bus, database, expiries, housekeeping, outbox
from chassis.bus import Listener, Subscription
from chassis.clock import Now, real_now
from chassis.database import Sessions
from chassis.duties import first_of, health_served, patiently, pause, stop_on_signals, until_stopped
from chassis.figures import Board, Measure
from chassis.health import Check, not_connected
from chassis.passing import is_passing, words_of
from chassis.personal.pruning import Pruning, prune
from chassis.settings import ServiceSettings
from chassis.worker_figures import WorkerFigures
from contracts.topology import streams_of

log = logging.getLogger(__name__)

Loop = Callable[["Worker"], Awaitable[None]]
"""A further duty of a worker, such as a reconciliation: runs until `worker.stopping` is set."""


@dataclass
class Worker:
    """What listeners and loops share."""

    name: str
    settings: ServiceSettings
    engine: AsyncEngine
    sessions: Sessions
    bus: Nats
    now: Now
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def pause(self, seconds: float) -> None:
        """Real seconds, or less when the worker stops."""
        await pause(self.stopping, seconds)


GATHERS_S = 0.02
"""Real seconds that a relay lets pass after it has told something: what comes meanwhile costs one look together."""

Subscribe = Callable[[Worker], Awaitable[Sequence[Subscription]]]
Measures = Callable[[Worker], Mapping[str, Measure]]


async def run(
    name: str,
    settings: ServiceSettings,
    *,
    subscribe: Subscribe,
    loops: Sequence[Loop] = (),
    checks: Mapping[str, Check] | None = None,
    measures: Measures = lambda _: {},
    prunings: Sequence[Pruning] = (),
) -> None:
    """Serve until told to stop; the health of the process stands at `settings.port` from the start."""
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    expiries.tell(settings)
    async with AsyncExitStack() as stack:
        engine = database.engine(settings.dsn, pool=settings.database_pool, tls=settings.database_context)
        stack.push_async_callback(engine.dispose)
        ready: dict[str, Check] = {"database": lambda: database.ping(engine), "nats": not_connected, **(checks or {})}
        await stack.enter_async_context(health_served(settings, ready))
        connection = await patiently(lambda: bus.connect(settings.bus, name=f"relance-{name}"), "NATS", stopping)
        if connection is None:
            return
        stack.push_async_callback(connection.close)
        ready["nats"] = lambda: bus.ping(connection)
        sessions, now = database.sessions_of(engine), Now(settings.clock)
        worker = Worker(name, settings, engine, sessions, connection, now, stopping)
        subscriptions = await subscribe(worker)
        js = connection.jetstream(timeout=5)
        listeners = [Listener(js, worker.sessions, each, worker.stopping) for each in subscriptions]
        duties = [listener.run() for listener in listeners]
        duties += [keep(worker, relay_outbox), keep(worker, cleaning(prunings))]
        duties += [keep(worker, loop) for loop in loops]
        consumers = [each.consumer for each in subscriptions]
        own = WorkerFigures(engine, js, consumers, streams_of(name), worker.now, settings.database_limit)
        duties.append(keep(worker, measuring(Board({**own.measures(), **measures(worker)}))))
        await until_stopped(worker.stopping, duties)


async def keep(worker: Worker, loop: Loop) -> None:
    """Run a loop for ever: what stops it is logged and it starts again."""
    while not worker.stopping.is_set():
        try:
            await loop(worker)
        except Exception as error:
            passing = is_passing(error)
            level = logging.WARNING if passing else logging.ERROR
            log.log(level, "loop stopped: %s", words_of(error), exc_info=not passing)
            await worker.pause(1)


async def relay_outbox(worker: Worker) -> None:
    """Publish as soon as a transaction commits; every two seconds in any case, should a notice be lost."""
    js = worker.bus.jetstream(timeout=5)
    awake = asyncio.Event()
    async with _listening(worker.settings, awake) as connection:
        while not worker.stopping.is_set() and not connection.is_closed():
            awake.clear()
            while (found := await outbox.relay(worker.sessions, js, source=worker.name)) == outbox.BATCH:
                pass
            if found:
                await worker.pause(GATHERS_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(first_of(awake, worker.stopping), 2)


class _listening:  # noqa: N801 (used as a function: `async with _listening(...)`)
    """A connection of its own that sets an event on each notice of the outbox, and when it is lost."""

    def __init__(self, settings: ServiceSettings, awake: asyncio.Event) -> None:
        self.dsn, self.awake = settings.dsn.replace("postgresql+asyncpg", "postgresql", 1), awake
        self.tls = settings.database_context

    async def __aenter__(self) -> asyncpg.Connection:
        self.connection: asyncpg.Connection = await asyncpg.connect(
            self.dsn, ssl=self.tls, timeout=5, command_timeout=30
        )
        self.connection.add_termination_listener(lambda _: self.awake.set())
        await self.connection.add_listener(outbox.CHANNEL, lambda *_: self.awake.set())
        return self.connection  # type: ignore[no-any-return]

    async def __aexit__(self, *_: object) -> None:
        if not self.connection.is_closed():
            await self.connection.close(timeout=2)


def measuring(board: Board) -> Loop:
    """Read the figures every `metrics_every`."""
    REGISTRY.register(board)

    async def measure(worker: Worker) -> None:
        while not worker.stopping.is_set():
            await board.refresh()
            await worker.pause(worker.settings.metrics_every.total_seconds())

    return measure


def cleaning(prunings: Sequence[Pruning]) -> Loop:
    """Once an hour, drop what has been kept for long enough."""

    async def clean(worker: Worker) -> None:
        settings = worker.settings
        await housekeeping.clean(
            worker.sessions, answers_kept=settings.idempotency_kept, messages_kept=settings.inbox_kept, now=real_now()
        )
        for pruning in prunings:
            pruned = await prune(worker.sessions, pruning, now=real_now() if pruning.is_real else worker.now())
            if pruned:
                log.info("kept for long enough: %d rows of %s", pruned, pruning.table)
        await worker.pause(3600)

    return clean

"""The bus: connection, envelopes, and the loop that delivers messages to a handler."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from opentelemetry import propagate, trace
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import faults, inbox
from chassis.bus_access import Access
from chassis.clock import real_now
from chassis.database import Sessions
from chassis.duties import pause
from chassis.envelope import ORIGIN_AT, Envelope, Unreadable, envelope_of
from chassis.in_hand import InHand
from chassis.metrics import CAUSES, DELIVERIES_FAILED, EVENT_SECONDS, exemplar
from chassis.passing import is_passing, words_of
from chassis.problems import field_error
from chassis.pull import EXPIRES_S, LATE_S, Pull
from contracts.events import Event, event_of_type
from contracts.topology import Consumer

log = logging.getLogger(__name__)
tracer = trace.get_tracer("relance.bus")

ACK_WAIT = 15.0
"""Seconds after which a message is delivered again that is neither answered nor, every third of it, said to be held."""
TRIES = 8
"""Failures of the handler itself after which a message becomes a dead letter."""
LONGEST_DELAY = 10.0
LONGEST_WORK = 60.0
"""Seconds after which one try is broken off and made again: no message is held by work that has no end."""
HELD = 8
"""Times its group that a process holds messages at most, those that wait for their next try included."""


Handle = Callable[[Event, AsyncSession], Awaitable[None]]
Concerns = Callable[[Event, AsyncSession], Awaitable[bool]]
HandleUnreadable = Callable[[Envelope, str, AsyncSession], Awaitable[bool]]
Answer = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """What a service does with a consumer's messages.

    `deduplicate`: drop what the inbox has seen; a handler whose facts carry their own identity needs no inbox.
    `concerns`: asked first, with a session of its own; False drops a message that there is nothing to do about.
    `unreadable`: told of a body that does not fit its type, with the reason; True when it dealt with it.
    """

    consumer: Consumer
    handle: Handle
    deduplicate: bool = True
    concerns: Concerns | None = None
    unreadable: HandleUnreadable | None = None


async def connect(access: Access | str, *, name: str, patience: float = 5) -> Nats:
    """A connection that reconnects for ever; TimeoutError with the cause when the first takes over `patience` s."""
    causes: list[Exception] = []

    async def tell(error: Exception) -> None:
        log.warning("bus: %s", error or type(error).__name__)
        causes[:] = [error]

    how = Access.of(access)
    connection = how.client()
    try:
        # without an end of its own the first connection too would be tried for ever
        async with asyncio.timeout(patience):
            await connection.connect(
                **how.options(),
                name=name,
                connect_timeout=5,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.5,  # type: ignore[arg-type]  # it is slept, fractions are fine
                error_cb=tell,
                allow_reconnect=True,
            )
    except TimeoutError:
        await connection.close()
        raise TimeoutError(f"{causes[-1]!r}" if causes else f"no answer within {patience} s") from None
    return connection


async def ping(connection: Nats) -> None:
    """Raises when JetStream does not answer.

    Not by `flush`: nats-py stops reading for ever when the pong of a flush comes after its timeout.
    """
    await connection.jetstream(timeout=2).account_info()


@dataclass
class Listener:
    """Fetches a durable consumer's messages and delivers each one in a transaction of its own.

    A message that fails is held and tried again here, so that the server's count of its deliveries grows only when
    a process or the line to it is lost: it may wait for a server as long as it takes.

    Told to stop, it waits for what it has asked for, which comes or expires within `expires` seconds.
    """

    js: JetStreamContext
    sessions: Sessions
    subscription: Subscription
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tries: int = TRIES
    longest_delay: float = LONGEST_DELAY
    ack_wait: float = ACK_WAIT
    longest_work: float = LONGEST_WORK
    expires: float = EXPIRES_S

    def __post_init__(self) -> None:
        self._in_hand = InHand()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._places = asyncio.Semaphore(self.consumer.group)
        for cause in CAUSES:
            DELIVERIES_FAILED.labels(self.consumer.durable, cause)  # from 0 on, so that the first counts as an increase

    @property
    def consumer(self) -> Consumer:
        return self.subscription.consumer

    async def run(self) -> None:
        """Until `stopping` is set; a lost server is waited for."""
        keeping = asyncio.create_task(self._in_hand.keep(every=self.ack_wait / 3))
        try:
            while not self.stopping.is_set():
                try:
                    await self._pull()
                except Exception as error:
                    log.warning("bus: %s waits for its stream: %s", self.consumer.durable, words_of(error))
                    await asyncio.sleep(1)
        finally:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=ACK_WAIT)
            keeping.cancel()

    async def _pull(self) -> None:
        durable = self.consumer.durable
        pull = await self.js.pull_subscribe_bind(durable=durable, stream=self.consumer.stream)
        try:
            await self._feed(Pull(pull, self.expires))
        finally:
            # drain() alone would wait its whole timeout: fetch never marks its queue as done
            await pull.unsubscribe()

    async def _feed(self, pull: Pull) -> None:
        """Up to `group` messages at work at once, each from the moment it comes; those that wait leave their place."""
        while pull.asked or not self.stopping.is_set():
            room = self._room() - pull.asked
            if room > 0 and not self.stopping.is_set() and (room >= self.consumer.group // 2 or not pull.asked):
                await pull.ask(room)
            if not pull.asked:
                await asyncio.wait(self._tasks, timeout=self.expires, return_when=asyncio.FIRST_COMPLETED)
            elif message := await pull.next():
                task = asyncio.create_task(self.deliver(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _room(self) -> int:
        at_work = len(self._tasks) - self._waiting
        return min(self.consumer.group - at_work, HELD * self.consumer.group - len(self._tasks))

    async def deliver(self, message: Msg) -> None:
        try:
            envelope = envelope_of(message)
        except Unreadable as error:
            return await terminate(message, str(error))
        context = propagate.extract(envelope.trace)
        with tracer.start_as_current_span(f"receive {envelope.type}", context, kind=trace.SpanKind.CONSUMER):
            origin = envelope.origin or message.metadata.timestamp
            ORIGIN_AT.set(origin)
            with self._in_hand.holding(message):
                answer = await self._try(message, envelope, origin)
            await answer()

    async def _try(self, message: Msg, envelope: Envelope, origin: datetime) -> Answer:
        """As often as it takes; what is to be answered. Only failures of the message itself use up its tries."""
        waits = failures = 0
        while True:
            try:
                async with self._places, asyncio.timeout(self.longest_work):
                    await self._work(envelope)
                self._measure(envelope, origin)
                faults.reached(f"{self.consumer.durable}: committed, not acknowledged")
                return message.ack
            except Unreadable as error:
                DELIVERIES_FAILED.labels(self.consumer.durable, "unreadable").inc()
                return partial(terminate, message, str(error))
            except Exception as error:
                is_waiting = is_passing(error)
                waits, failures = waits + is_waiting, failures + (not is_waiting)
                self._tell(envelope, error, is_waiting, failures)
                if failures >= self.tries:
                    return partial(terminate, message, f"{type(error).__name__}: {error}")
                delay = 0.2 * 2 ** min(waits, 8) if is_waiting else 0.5 * 2**failures
            await self._wait(min(delay, self.longest_delay))
            if self.stopping.is_set():
                # later than what this process has asked for, so that another one gets it
                return partial(message.nak, delay=self.expires + LATE_S)

    async def _wait(self, seconds: float) -> None:
        self._waiting += 1
        try:
            await pause(self.stopping, seconds)
        finally:
            self._waiting -= 1

    def _tell(self, envelope: Envelope, error: Exception, is_waiting: bool, failures: int) -> None:
        facts = {"consumer": self.consumer.durable, "message_id": envelope.id, "failures": failures}
        if is_waiting:
            DELIVERIES_FAILED.labels(self.consumer.durable, "waits").inc()
            return log.warning("delivery waits: %s", words_of(error), extra=facts)
        DELIVERIES_FAILED.labels(self.consumer.durable, "error").inc()
        log.error("delivery failed", exc_info=error, extra=facts)

    def _measure(self, envelope: Envelope, origin: datetime) -> None:
        seconds = EVENT_SECONDS.labels(self.consumer.durable, envelope.type)
        seconds.observe(max(0.0, (real_now() - origin).total_seconds()), exemplar())

    async def _work(self, envelope: Envelope) -> None:
        if not await self._concerns(envelope):
            return
        async with self.sessions() as session, session.begin():
            if self.subscription.deduplicate and not await inbox.first_time(
                session, self.consumer.durable, envelope.id, at=real_now()
            ):
                return
            event = await self._read(envelope, session)
            if event is not None:
                await self.subscription.handle(event, session)
            faults.reached(f"{self.consumer.durable}: handled, not committed")

    async def _concerns(self, envelope: Envelope) -> bool:
        if self.subscription.concerns is None:
            return True
        async with self.sessions() as session:
            return await self.subscription.concerns(parse(envelope), session)

    async def _read(self, envelope: Envelope, session: AsyncSession) -> Event | None:
        try:
            return parse(envelope)
        except Unreadable as error:
            unreadable = self.subscription.unreadable
            if unreadable is None or not await unreadable(envelope, str(error), session):
                raise
            return None


def parse(envelope: Envelope) -> Event:
    """The event of an envelope; `Unreadable` with a reason that names the field and what is expected."""
    try:
        kind = event_of_type(envelope.type)
    except KeyError:
        raise Unreadable(f"type: {envelope.type!r} is not an event of Relance") from None
    try:
        return kind.model_validate_json(envelope.data)
    except ValidationError as error:
        raise Unreadable("; ".join(_mistake(item) for item in error.errors(include_url=False))) from None


def _mistake(item: Any) -> str:
    error = field_error(item)
    value, expected = error["value"], error["expected"]
    speaks_of_it = item["type"] in ("missing", "json_invalid") or (value and expected.startswith((value, repr(value))))
    return f"{error['field']}: {expected}" + ("" if speaks_of_it else f" (got {value!r})")


async def terminate(message: Msg, reason: str) -> None:
    """Make a dead letter of a message; the reason travels in the server's advisory."""
    log.error("dead letter: %s", reason, extra={"subject": message.subject})
    text = " ".join(reason.split())[:400]
    await message._client.publish(message.reply, b"+TERM " + text.encode())
    message._ackd = True


async def processed_until(js: JetStreamContext, consumer: Consumer, *, now: datetime) -> datetime:
    """The real instant up to which every message of the consumer has been dealt with; `now` when none waits.

    `now` must have been taken before the call. Costs a question for each of the consumer's subjects while one waits.
    """
    info = await js.consumer_info(consumer.stream, consumer.durable, timeout=2)
    if not info.num_pending and not info.num_ack_pending:
        return now
    first = (info.ack_floor.stream_seq if info.ack_floor else 0) + 1
    # the floor is that of the last message for the consumer: what lies behind it on the stream may be for others
    found = [await _next_of(js, consumer.stream, subject, first) for subject in consumer.subjects]
    return min((message.time for message in found if message and message.time), default=now)


async def _next_of(js: JetStreamContext, stream: str, subject: str, first: int) -> RawStreamMsg | None:
    try:
        return await js.get_msg(stream, seq=first, next=True, subject=subject)
    except NotFoundError:
        return None

"""What follows from a quote's own facts, as its follow-up starts and stops, and from what notify tells of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chassis.bus import Subscription
from chassis.passing import TryAgain
from chassis.personal.reacting import erases, erasing_of
from chassis.worker import Worker
from contracts import quote_followup
from contracts.clock import Clock
from contracts.events import Event
from contracts.events.notify import ActionEvent
from contracts.events.quotes import QuoteEvent
from contracts.topology import QUOTES_CUSTOMER, QUOTES_MESSAGE, QUOTES_QUOTE
from services.quotes.following.use_cases import AT_ONCE, keep_outcome, start_missing
from services.quotes.privacy.store import HOLDINGS
from services.quotes.privacy.use_cases import withdraw_quotes
from services.quotes.quotes import domain, use_cases
from services.quotes.quotes.models import Quote, QuoteStatus

ERASE = erasing_of(HOLDINGS, before=withdraw_quotes)
RPC_TIMEOUT = timedelta(seconds=5)
LOOK_EVERY = timedelta(hours=1)
"""Business time between two looks for follow-ups that are missing."""
LOOK_AT_MOST_EVERY = timedelta(seconds=30)
"""Real time, on a fast clock."""
PASSING = frozenset(
    (
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    )
)


def subscriptions(temporal: Client, *, clock: Clock) -> Sequence[Subscription]:
    return [Subscription(QUOTES_QUOTE, FollowUp(temporal, clock), deduplicate=False)]


def outcomes_of_mails(now: Callable[[], datetime]) -> Subscription:
    return Subscription(QUOTES_MESSAGE, KeepOutcomes(now))


def erasures(now: Callable[[], datetime]) -> Subscription:
    return erases(QUOTES_CUSTOMER, ERASE, now)


@dataclass(frozen=True)
class KeepOutcomes:
    """What became of the e-mails about a quote, for those who look at it."""

    now: Callable[[], datetime]

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        await keep_outcome(session, ActionEvent.of(event), now=self.now())


@dataclass(frozen=True)
class FollowUp:
    """Brings the workflow in step with the quote as it is now, whichever of its facts came, and how often."""

    temporal: Client
    clock: Clock

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        event = QuoteEvent.of(event)
        quote = await use_cases.get_quote(session, event.organisation, event.quote_id)
        await (self.start(quote) if quote.status is QuoteStatus.SENT else self.close(quote))

    async def start(self, quote: Quote) -> None:
        """Of a quote that was sent. One that runs stays as it is, and one that has ended does not begin again."""
        async with _patience():
            try:
                await self.temporal.start_workflow(
                    quote_followup.WORKFLOW,
                    domain.follow_up_of(quote, self.clock),
                    id=quote_followup.workflow_id(quote.id),
                    task_queue=quote_followup.TASK_QUEUE,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    rpc_timeout=RPC_TIMEOUT,
                )
            except WorkflowAlreadyStartedError:
                return

    async def begun_of(self, quotes: Sequence[UUID]) -> set[UUID]:
        """Those of at most a page of quotes whose follow-up runs or has ended; it may lag by a moment."""
        ids = ", ".join(f"'{quote_followup.workflow_id(each)}'" for each in quotes)
        async with _patience():
            found = self.temporal.list_workflows(f"WorkflowId IN ({ids})", page_size=AT_ONCE, rpc_timeout=RPC_TIMEOUT)
            return {UUID(run.id.rpartition(":")[2]) async for run in found}

    async def close(self, quote: Quote) -> None:
        """A follow-up that never began, or has ended, is closed already."""
        handle = self.temporal.get_workflow_handle(quote_followup.workflow_id(quote.id))
        async with _patience():
            try:
                await handle.signal(quote_followup.CLOSE_SIGNAL, rpc_timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise


@dataclass(frozen=True)
class MissingFollowUps:
    """A duty of the worker: a follow-up that the bus or Temporal lost is started all the same."""

    temporal: Client

    async def watch(self, worker: Worker) -> None:
        follow_up = FollowUp(self.temporal, worker.now.clock)
        every = max(worker.now.clock.real_span(LOOK_EVERY), LOOK_AT_MOST_EVERY)
        while not worker.stopping.is_set():
            await start_missing(worker.sessions, follow_up, worker.stopping)
            await worker.pause(every.total_seconds())


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """A Temporal that is out of reach is waited for."""
    try:
        yield
    except RPCError as error:
        if error.status in PASSING:
            raise TryAgain(f"Temporal: {error}") from error
        raise
    except RuntimeError as error:  # how the client reports that its first connection failed
        raise TryAgain(f"Temporal: {error}") from error

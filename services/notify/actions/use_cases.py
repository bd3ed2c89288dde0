"""One key, one effect: what a key stands for, whatever its kind."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.problems import NotFound
from contracts.actions import ActionOutcome, ActionStatus
from services.notify.actions import store
from services.notify.forgotten import domain as forgotten_action
from services.notify.forgotten import store as forgotten
from services.notify.letters import domain as letter
from services.notify.letters import store as letters
from services.notify.messages import domain as message
from services.notify.messages import store as messages
from services.notify.tasks import domain as task
from services.notify.tasks import store as tasks


@dataclass(frozen=True)
class Answered:
    """The outcome under a key, and whether this request brought it about."""

    outcome: ActionOutcome
    is_new: bool

    @property
    def status_code(self) -> int:
        return 201 if self.is_new else 200


async def begin(session: AsyncSession, organisation: str, key: str) -> ActionOutcome | None:
    """Hold the key until the end of the transaction; the outcome when it was used before, for whatever kind.

    A pending message was never handed over: its key is still free.
    """
    await store.lock_key(session, organisation, key)
    outcome = await find(session, organisation, key)
    return None if outcome and outcome.status is ActionStatus.PENDING else outcome


async def find(session: AsyncSession, organisation: str, key: str) -> ActionOutcome | None:
    if outcome := await find_but_messages(session, organisation, key):
        return outcome
    sent = await messages.find_message(session, organisation, key)
    return message.outcome_of(sent) if sent else None


async def find_but_messages(session: AsyncSession, organisation: str, key: str) -> ActionOutcome | None:
    """Of a letter, of a task, or of whatever was done under the key after the backup in use."""
    if prepared := await letters.by_key(session, organisation, key):
        return letter.outcome_of(prepared)
    if planned := await tasks.by_key(session, organisation, key):
        return task.outcome_of(planned)
    told = await forgotten.find(session, organisation, key)
    return forgotten_action.outcome_of(told) if told else None


async def get(session: AsyncSession, organisation: str, key: str) -> ActionOutcome:
    outcome = await find(session, organisation, key)
    if outcome is None:
        raise NotFound("action", key)
    return outcome

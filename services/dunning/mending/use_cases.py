"""Workflows that do not follow their case: which they are, and telling one that says so itself."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.clock import Now
from chassis.problems import InvalidField
from contracts.dunning import StepTurn
from services.dunning.cases import domain as cases
from services.dunning.cases.facts import count, message_of
from services.dunning.cases.holding import lock_or_refuse
from services.dunning.mending import store
from services.dunning.mending.domain import LONG_DUE, ON_ITS_WAY, TOLD_AT_MOST_EVERY, follows_another


class Sleepers(Protocol):
    async def asleep(self, organisation: str, invoices: list[UUID]) -> set[UUID]:
        """Those whose workflow runs and does nothing at this moment."""
        ...


async def behind(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], workflows: Sleepers, *, now: Now
) -> set[UUID]:
    """Those whose workflow was not told of a change, or sleeps on though their step is long due."""
    untold = await store.untold_of(session, organisation, invoices, changed_before=now.ago(ON_ITS_WAY))
    long_due = await store.long_due_of(session, organisation, invoices, due_before=now.ago(LONG_DUE))
    return {*untold} | await workflows.asleep(organisation, [*long_due])


async def tell_again(session: AsyncSession, caller: Caller, invoice_id: UUID, turn: StepTurn, *, now: Now) -> bool:
    """The workflow of this turn follows another plan than its case has: the event of a change brings it in step.

    False where nothing is told: it is about to be told anyway, or was a moment ago.
    """
    if turn.invoice_id != invoice_id:
        raise InvalidField("invoice_id", turn.invoice_id, f"the case's invoice, {invoice_id}")
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    is_recent = case.changed_at is not None and case.changed_at > now.ago(TOLD_AT_MOST_EVERY)
    if not case.is_open or not case.is_in_step or is_recent or not follows_another(turn, case):
        return False
    fact = cases.change(case, "out_of_step")  # of the case nothing changed: the journal has nothing to tell
    count(case, fact, at=now())
    if message := message_of(case, fact, now=now()):
        outbox.add(session, message)
    return True

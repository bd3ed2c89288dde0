"""Carrying out a step: read the balance, decide, ask notify to act, write the journal."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from chassis import faults
from chassis.http import Peer, PeerRefused, PeerUnavailable
from contracts.actions import (
    BOUNCE,
    WITHDRAWN_FOR,
    Action,
    ActionOutcome,
    ActionStatus,
    Attachment,
    DunningContext,
    OpenTask,
    PrepareLetter,
    SendMessage,
)
from contracts.dunning import (
    CaseState,
    Circumstances,
    ClosingReason,
    ContactClaim,
    ContactGrant,
    Decision,
    DecisionRecord,
    Outcome,
    Reason,
    StepTurn,
)
from contracts.receivable import ReceivableView
from contracts.scenario import StepKind
from workflows.dunning.calendar import local_day
from workflows.dunning.decision import Facts, decide
from workflows.heartbeat import beating
from workflows.room import Room

BALANCE_HOLDS = timedelta(seconds=1)
"""Real time after reading a balance, and the case with it, during which a reminder may leave (invariant I1 of
docs/operating.md)."""
LOOKS = 3
"""How often one attempt looks, where notify is too slow to send in time."""
PATIENCE = 20
"""Attempts, about four minutes, after which the journal tells that the relay stays away."""
RELAY_RETRY = timedelta(seconds=30)
TEMPLATE_RETRY = timedelta(minutes=10)
SENDING_MAY_TAKE = 45.0


View = TypeVar("View", bound=BaseModel)


class Answered(BaseModel):
    """dunning's answer; only its having answered matters here."""

    model_config = ConfigDict(extra="ignore")


class DunningActivities:
    """`now` gives real time. Peers are billing, dunning and notify, spoken to over HTTP. `at_once`: how many steps look
    and act at the same time, at most."""

    def __init__(
        self, billing: Peer, dunning: Peer, notify: Peer, now: Callable[[], datetime], *, at_once: int
    ) -> None:
        self.billing = billing
        self.dunning = dunning
        self.notify = notify
        self.now = now
        self.room = Room(at_once)

    @activity.defn
    @beating()
    async def carry_out(self, turn: StepTurn) -> Decision:
        """Decide on a step and do it. A retry finds what an earlier attempt did, and does it no second time."""
        return _without_words(await self._carried_out(turn))

    async def _carried_out(self, turn: StepTurn) -> Decision:
        if activity.info().attempt > 1 and (known := await self._journalled(turn)):
            return known
        decision = await self._decided(turn)
        if decision.reason is Reason.OUT_OF_STEP:
            await self._say_so(turn)
            return decision
        faults.reached("step: acted, not journalled")
        record = DecisionRecord(turn=turn, decision=decision, decided_at=turn.clock.business(self.now()))
        await self.dunning.post(f"/cases/{turn.invoice_id}/decisions", record, Answered, organisation=turn.organisation)
        faults.reached("step: journalled, not completed")
        return decision

    async def _say_so(self, turn: StepTurn) -> None:
        """Dunning tells the workflow anew, where nothing else would: after a restore neither knows of the other."""
        path = f"/cases/{turn.invoice_id}/out-of-step"
        await _or_none(self.dunning.post(path, turn, Answered, organisation=turn.organisation))

    async def _decided(self, turn: StepTurn) -> Decision:
        if activity.info().attempt > 1 and (done := await self._known_to_notify(turn)):
            return done
        try:
            return await self._look_and_act(turn)
        except NotYet as error:
            if activity.info().attempt < PATIENCE:
                raise
            return _deferred(Reason.RELAY_SILENT, str(error), RELAY_RETRY)
        except PeerRefused as error:
            if error.status == 404 and (end := await self._closed(turn)):
                return end  # billing was restored to a moment before the invoice
            raise

    async def _look_and_act(self, turn: StepTurn) -> Decision:
        """What may take long comes first, and each look reads anew all that may forbid the step: a pause, a dispute or
        the end of the case binds while the PDF is made, and while notify is slow. Nothing is read twice in one look.
        """
        attachments = await self._attachments(turn)
        for _ in range(LOOKS):
            async with self.room.entered() as place:
                decision = await self._looked(turn, attachments)
                place.is_late = decision is None
            if decision is not None:
                return decision
        raise NotYet("notify was too slow to send while the balance was certain")

    async def _looked(self, turn: StepTurn, attachments: list[Attachment]) -> Decision | None:
        """None when it was too late to act: another look may find something else."""
        facts = await self._facts(turn)
        faults.reached("step: balance read, nothing asked")
        decision = decide(facts)
        if decision.outcome is not Outcome.CARRIED_OUT or turn.planned.step.kind is StepKind.EVENT:
            return decision
        if refusal := await self._contact_refused(turn, facts):
            return refusal
        try:
            return _with_outcome(decision, await self._act(turn, facts, attachments))
        except PeerUnavailable as error:
            raise NotYet(str(error)) from error
        except PeerRefused as error:
            if error.code == "in_progress":
                raise NotYet(str(error)) from error
            if error.code != "too_late":
                return _deferred(Reason.REFUSED, str(error), TEMPLATE_RETRY)
            return None

    async def _facts(self, turn: StepTurn) -> Facts:
        """Both read at the same time: one may be as old as the other when a reminder leaves."""
        read_at = self.now()
        circumstances, receivable = await asyncio.gather(self._circumstances(turn), self._read_receivable(turn))
        return Facts(turn, circumstances, receivable, now=turn.clock.business(self.now()), read_at=read_at)

    async def _read_receivable(self, turn: StepTurn) -> ReceivableView:
        path = f"/receivables/{turn.invoice_id}"
        return await self.billing.get(path, ReceivableView, organisation=turn.organisation)

    async def _circumstances(self, turn: StepTurn) -> Circumstances:
        path = f"/cases/{turn.invoice_id}/circumstances"
        return await self.dunning.get(path, Circumstances, organisation=turn.organisation)

    async def _attachments(self, turn: StepTurn) -> list[Attachment]:
        """The invoice, fetched before anything is read: making its PDF may take longer than a balance holds."""
        if turn.planned.step.kind is not StepKind.EMAIL:
            return []
        pdf = await self.billing.get_bytes(f"/invoices/{turn.invoice_id}/pdf", organisation=turn.organisation)
        return [Attachment(filename="invoice.pdf", content=base64.b64encode(pdf))]

    async def _contact_refused(self, turn: StepTurn, facts: Facts) -> Decision | None:
        """Two invoices of one customer may ask at the same instant: dunning lets one of them through."""
        if not facts.circumstances.minimum_contact_delay:
            return None
        grant = await self.dunning.post(
            f"/cases/{turn.invoice_id}/contacts",
            ContactClaim(key=turn.key, at=facts.now),
            ContactGrant,
            organisation=turn.organisation,
        )
        if grant.granted:
            return None
        return Decision(
            outcome=Outcome.DEFERRED,
            reason=Reason.RECENT_CONTACT,
            detail="another invoice of this customer was the reason for a contact just now",
            retry_at=grant.not_before,
        )

    async def _act(self, turn: StepTurn, facts: Facts, attachments: list[Attachment]) -> ActionOutcome:
        path, action = _action(turn, facts, attachments)
        return await self.notify.post(
            path, action, ActionOutcome, organisation=turn.organisation, timeout=SENDING_MAY_TAKE
        )

    async def _journalled(self, turn: StepTurn) -> Decision | None:
        path = f"/cases/{turn.invoice_id}/decisions/{turn.turn_id}"
        return await _or_none(self.dunning.get(path, Decision, organisation=turn.organisation))

    async def _closed(self, turn: StepTurn) -> Decision | None:
        """The end of a case that is closed, whatever billing knows."""
        circumstances = await self._circumstances(turn)
        return _closed_already(circumstances) if circumstances.state is CaseState.CLOSED else None

    async def _known_to_notify(self, turn: StepTurn) -> Decision | None:
        """What an attempt that died after acting left behind, so that the journal tells what happened."""
        outcome = await _or_none(self.notify.get(f"/actions/{turn.key}", ActionOutcome, organisation=turn.organisation))
        if outcome is None or outcome.status is ActionStatus.PENDING:
            return None
        if outcome.status is ActionStatus.SENDING:
            raise OnItsWay(f"{turn.key}: notify has not finished with the message of an earlier attempt")
        return _with_outcome(Decision(outcome=Outcome.CARRIED_OUT, reason=Reason.DUE), outcome)


class OnItsWay(Exception):
    """An earlier attempt's message may have left: nothing is decided before notify knows what became of it."""


class NotYet(Exception):
    """The step could not act now, and nothing has left: the activity is tried again and looks anew."""


async def _or_none(found: Awaitable[View]) -> View | None:
    try:
        return await found
    except PeerRefused as error:
        if error.status == 404:
            return None
        raise


def _action(turn: StepTurn, facts: Facts, attachments: list[Attachment]) -> tuple[str, Action]:
    step, receivable = turn.planned.step, facts.receivable
    today = local_day(facts.contact_at, turn.calendar)
    context = DunningContext(
        receivable=receivable, step=step.key, today=today, days_late=(today - receivable.due_date).days
    )
    if step.kind is StepKind.CALL:
        assignee = step.assignee or ""
        return "/tasks", OpenTask(
            key=turn.key, context=context, at=facts.contact_at, assignee=assignee, due_on=today, template=step.template
        )
    template = step.template or ""
    if step.kind is StepKind.LETTER:
        return "/letters", PrepareLetter(key=turn.key, context=context, at=facts.contact_at, template=template)
    return "/messages", SendMessage(
        key=turn.key,
        context=context,
        at=facts.contact_at,
        template=template,
        recipient=receivable.contact.email or "",
        recipient_name=receivable.contact.name,
        thread=f"{turn.invoice_id}:dunning",
        attachments=[_named_after(receivable.number, attachment) for attachment in attachments],
        not_after=facts.read_at + BALANCE_HOLDS,
    )


def _named_after(number: str, attachment: Attachment) -> Attachment:
    return attachment.model_copy(update={"filename": f"{number.replace('/', '-')}.pdf"})


def _with_outcome(decision: Decision, action: ActionOutcome) -> Decision:
    """The decision once notify has acted: what it did, and the proof."""
    outcome, reason = OUTCOMES.get(action.status, (Outcome.CARRIED_OUT, Reason.DUE))
    if outcome is Outcome.FAILED and BOUNCE in action.evidence:
        reason = Reason.BOUNCED
    if WITHDRAWN_FOR in action.evidence:  # it was made, and the invoice is still owed
        outcome, reason = Outcome.CARRIED_OUT, Reason.DUE
    facts = {"outcome": outcome, "reason": reason, "detail": action.reason or decision.detail}
    evidence = {"recipient": action.recipient, "status": str(action.status), **action.evidence}
    return decision.model_copy(update={**facts, "evidence": evidence})


def _without_words(decision: Decision) -> Decision:
    """As the workflow goes by it. Nothing can be erased from a history: what was said, who was reached and what proves
    it stand in the journal."""
    return decision.model_copy(update={"detail": "", "answers": (), "evidence": {}})


OUTCOMES = {
    ActionStatus.FAILED: (Outcome.FAILED, Reason.REFUSED),
    ActionStatus.UNCERTAIN: (Outcome.UNCERTAIN, Reason.RELAY_SILENT),
    ActionStatus.WITHDRAWN: (Outcome.SKIPPED, Reason.SETTLED),
}


def _closed_already(circumstances: Circumstances) -> Decision:
    closes = circumstances.closing_reason or ClosingReason.EXCLUDED
    detail = f"the case was closed: {closes}"
    return Decision(outcome=Outcome.SKIPPED, reason=Reason.EXCLUDED, detail=detail, closes=closes)


def _deferred(reason: Reason, detail: str, retry_after: timedelta) -> Decision:
    return Decision(outcome=Outcome.DEFERRED, reason=reason, detail=detail, retry_after=retry_after)

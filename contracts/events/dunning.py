"""What dunning tells of its cases and steps."""

from typing import Any, ClassVar
from uuid import UUID

from contracts.base import Key
from contracts.events.base import Event

_CASE: dict[str, Any] = {
    "organisation": "demo",
    "invoice_id": "0197f3c2-0000-7000-8000-000000000042",
    "scenario": "standard",
    "version": 1,
    "reason": None,
}
_STEP: dict[str, Any] = _CASE | {
    "step": "first-reminder",
    "occurrence": 1,
    "reason": "due",
    "evidence": {"message_id": "<dunning.0197f3c2@demo.example>", "recipient": "anne@garage-lefevre.example"},
}


class CaseEvent(Event):
    invoice_id: UUID
    scenario: Key
    version: int
    reason: str | None = None


class CaseOpened(CaseEvent):
    """`workflow_told`: its workflow was started with it, so that nothing is left to do about that."""

    type: ClassVar[str] = "dunning.case.opened.v1"
    example: ClassVar[dict[str, Any]] = _CASE | {"workflow_told": True}

    workflow_told: bool = False


class CasePaused(CaseEvent):
    type: ClassVar[str] = "dunning.case.paused.v1"
    example: ClassVar[dict[str, Any]] = _CASE | {"reason": "disputed"}


class CaseResumed(CaseEvent):
    type: ClassVar[str] = "dunning.case.resumed.v1"
    example: ClassVar[dict[str, Any]] = _CASE


class CaseChanged(CaseEvent):
    """Its due date, scenario version or calendar changed: the workflow plans again.

    With the reason `out_of_step` the case is as it was, and its workflow said that it goes by another plan.
    """

    type: ClassVar[str] = "dunning.case.changed.v1"
    example: ClassVar[dict[str, Any]] = _CASE | {"reason": "due_date"}


class CaseClosed(CaseEvent):
    type: ClassVar[str] = "dunning.case.closed.v1"
    example: ClassVar[dict[str, Any]] = _CASE | {"reason": "settled"}


class StepEvent(CaseEvent):
    step: Key
    occurrence: int = 1
    evidence: dict[str, str] = {}


class StepCarriedOut(StepEvent):
    type: ClassVar[str] = "dunning.step.carried_out.v1"
    example: ClassVar[dict[str, Any]] = _STEP


class StepSkipped(StepEvent):
    """Skipped, superseded or failed; `reason` says which and why."""

    type: ClassVar[str] = "dunning.step.skipped.v1"
    example: ClassVar[dict[str, Any]] = _STEP | {"reason": "later_step_due", "evidence": {}}


class StepDeferred(StepEvent):
    type: ClassVar[str] = "dunning.step.deferred.v1"
    example: ClassVar[dict[str, Any]] = _STEP | {"reason": "stale_balance", "evidence": {}}

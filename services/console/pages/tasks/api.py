"""Calls to make: who, at which number, about what, and how it went, in two clicks."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.dates import end_of
from contracts.dunning import HoldKind
from contracts.rights import Right
from services.console.pages.standing import standings
from services.console.peers.dunning import Dunning, Pause
from services.console.peers.notify import CallOutcome, Completion, Notify, Task
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/tasks")

Reader = Annotated[Visit, reading(Right.TASKS_READ)]
Caller = Annotated[Visit, reading(Right.TASKS_COMPLETE)]

NOTE = 4000
SHOWN = 25
EVERYONE = "*"
HOLDS = {CallOutcome.PROMISED: HoldKind.PROMISED, CallOutcome.DISPUTED: HoldKind.DISPUTED}


@router.get("")
async def tasks(visit: Reader) -> Response:
    return await _show(visit)


@router.post("/{task_id}")
async def complete(task_id: UUID, visit: Caller) -> Response:
    """Note how the call went; a promise or a dispute holds the cases that it was about."""
    form = await visit.form()
    outcome = form.choice("outcome", CallOutcome)
    promised = form.optional_day("promised_on", needed=outcome is CallOutcome.PROMISED)
    completion = Completion(
        outcome=outcome,
        note=form.text("note", most=NOTE, needed=False),
        promised_on=promised if outcome is CallOutcome.PROMISED else None,
    )
    if form.is_valid:
        with form.telling_refusals():
            task = await Notify(visit.client("notify")).complete(task_id, completion, key=form.once)
            await _hold(visit, task, form.once)
            back = link("/tasks", assignee=visit.query.get("assignee"), when=visit.query.get("when"))
            return visit.go(back, visit.say("Noted: %(name)s.", name=task.customer))
    return await _show(visit, {task_id: form}, status=422)


async def _show(visit: Visit, refused: dict[UUID, Form] | None = None, *, status: int = 200) -> Response:
    """The calls that are due; `?when=all` those of later days too.

    Those of the reader when there are any, else everyone's; `?assignee=` those of another, `*` those of all.
    """
    notify = Notify(visit.client("notify"))
    is_all = visit.query.get("when") == "all"
    due = None if is_all else visit.today.isoformat()
    assignees = await notify.assignees(due=due)
    assignee = _whose(visit, [each.name for each in assignees.items])
    asked = {"status": "opened", "due": due, "assignee": assignee, "cursor": visit.query.get("cursor")}
    page = await notify.tasks(**asked, limit=SHOWN)
    owed = await standings(visit, (task.customer_id for task in page.items))
    return visit.page(
        "tasks/page.html",
        status,
        tasks=page.items,
        standings=owed,
        assignee=assignee,
        mine=_names_of(visit),
        assignees=assignees.items,
        is_all=is_all,
        following=page.next,
        refused=refused or {},
        empty=visit.no_form(),
        outcomes=list(CallOutcome),
        may_complete=visit.may(Right.TASKS_COMPLETE),
    )


def _whose(visit: Visit, assignees: Sequence[str]) -> str:
    asked = visit.query.get("assignee", "")[:100]
    if asked:
        return "" if asked == EVERYONE else asked
    return next((name for name in assignees if name in _names_of(visit)), "")


def _names_of(visit: Visit) -> set[str]:
    """By which a step may name its assignee: the reader, or all who have their profile."""
    return {visit.caller.subject, visit.caller.name, visit.caller.profile}


async def _hold(visit: Visit, task: Task, key: str) -> None:
    if task.outcome not in HOLDS or not visit.may(Right.CASES_STEER):
        return
    hold = Pause(kind=HOLDS[task.outcome], until=_until(task.promised_on), note=task.outcome_note or "")
    dunning = Dunning(visit.client("dunning"))
    holding = [
        dunning.pause(each.invoice_id, hold, key=f"{key}-{position}") for position, each in enumerate(task.invoices)
    ]
    await asyncio.gather(*holding)


def _until(day: date | None) -> datetime | None:
    return end_of(day) if day else None

"""Calls to make: who, at which number, about what, and how it went, in two clicks."""

import asyncio
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
SHOWN = 50
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
    """The calls that are due; `?assignee=` those of one person or team, `?when=all` those of later days too."""
    notify = Notify(visit.client("notify"))
    assignee, is_all = visit.query.get("assignee", "")[:100], visit.query.get("when") == "all"
    due = None if is_all else visit.today.isoformat()
    asked = {"status": "opened", "due": due, "assignee": assignee, "cursor": visit.query.get("cursor")}
    page, assignees = await asyncio.gather(notify.tasks(**asked, limit=SHOWN), notify.assignees(due=due))
    owed = await standings(visit, (task.customer_id for task in page.items))
    return visit.page(
        "tasks/page.html",
        status,
        tasks=page.items,
        standings=owed,
        assignee=assignee,
        assignees=assignees.items,
        is_all=is_all,
        following=page.next,
        refused=refused or {},
        empty=visit.no_form(),
        outcomes=list(CallOutcome),
        may_complete=visit.may(Right.TASKS_COMPLETE),
    )


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

"""Calls to make: who, at which number, about what, and how it went, in two clicks."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.standing import standings
from services.console.pages.tasks.outcome import HOLDING, Noted
from services.console.pages.tasks.outcome import complete as complete_call
from services.console.pages.tasks.owed import balances
from services.console.peers.cases import LONGEST_NOTE
from services.console.peers.client import found
from services.console.peers.notify import CallOutcome, Completion, Notify, Task, TaskStatus
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.problems import OF_FIELD
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/tasks")

Reader = Annotated[Visit, reading(Right.TASKS_READ)]
Caller = Annotated[Visit, reading(Right.TASKS_COMPLETE)]

NOTE = 4000
"""Of a call that holds no case; else the case keeps the note too."""
SHOWN = 25
EVERYONE = "*"


@router.get("")
async def tasks(visit: Reader) -> Response:
    return await _show(visit)


@router.post("/{task_id}")
async def complete(task_id: UUID, visit: Caller) -> Response:
    """Note how the call went; a promise or a dispute holds the cases that it was about."""
    form = await visit.form()
    completion = _completion(visit, form)
    if form.is_valid:
        with form.telling_refusals():
            noted = await complete_call(visit, task_id, completion, key=form.once)
            back = link("/tasks", assignee=visit.query.get("assignee"), when=visit.query.get("when"))
            is_as_meant = not (noted.unheld or noted.is_for_others)
            return visit.go(back, _told(visit, noted), "done" if is_as_meant else "problem")
    return await _show(visit, {task_id: form}, status=422)


def _completion(visit: Visit, form: Form) -> Completion:
    outcome = form.choice("outcome", CallOutcome)
    is_promise = outcome is CallOutcome.PROMISED
    promised = form.optional_day("promised_on", needed=is_promise)
    if is_promise and promised is not None and promised < visit.today:
        form.wrong("promised_on", OF_FIELD["promised_on"])
    return Completion(
        outcome=outcome,
        note=form.text("note", most=LONGEST_NOTE if outcome in HOLDING else NOTE, needed=False),
        promised_on=promised if is_promise else None,
    )


def _told(visit: Visit, noted: Noted) -> str:
    told = visit.say("Noted: %(name)s.", name=noted.customer)
    missing = ""
    if noted.is_for_others:
        missing = visit.say("Nothing is on hold: your profile may not hold cases. Please tell someone who may.")
    elif noted.unheld:
        numbers = ", ".join(noted.unheld)
        missing = visit.say("Not put on hold, since the case is closed: %(invoices)s.", invoices=numbers)
    return f"{told} {missing}".strip()


async def _show(visit: Visit, refused: Mapping[UUID, Form] | None = None, *, status: int = 200) -> Response:
    """The calls that are due; `?when=all` those of later days too. What was refused stands among them, or above.

    Those of the reader when there are any, else everyone's; `?assignee=` those of another, `*` those of all.
    """
    notify = Notify(visit.client("notify"))
    is_all = visit.query.get("when") == "all"
    due = None if is_all else visit.today.isoformat()
    assignees = await notify.assignees(due=due)
    assignee = _whose(visit, [each.name for each in assignees.items])
    asked = {"status": "opened", "due": due, "assignee": assignee, "cursor": visit.query.get("cursor")}
    page = await notify.tasks(**asked, limit=SHOWN)
    listed = [*await _off_the_page(notify, page.items, refused or {}), *page.items]
    late, owed = await asyncio.gather(standings(visit, (task.customer_id for task in listed)), balances(visit, listed))
    return visit.page(
        "tasks/page.html",
        status,
        tasks=listed,
        standings=late,
        balances=owed,
        assignee=assignee,
        mine=_names_of(visit),
        assignees=assignees.items,
        is_all=is_all,
        following=page.next,
        refused=refused or {},
        elsewhere=_without(refused or {}, listed),
        empty=visit.no_form(),
        outcomes=list(CallOutcome),
        may_complete=visit.may(Right.TASKS_COMPLETE),
        may_hold=visit.may(Right.CASES_STEER),
    )


async def _off_the_page(notify: Notify, listed: Sequence[Task], refused: Mapping[UUID, Form]) -> list[Task]:
    """The open calls whose form was refused, and which stand on another page of the list."""
    asked = [await found(notify.task(task_id)) for task_id in _without(refused, listed)]
    return [task for task in asked if task is not None and task.status is TaskStatus.OPENED]


def _without(refused: Mapping[UUID, Form], listed: Sequence[Task]) -> Mapping[UUID, Form]:
    shown = {task.id for task in listed}
    return {task_id: form for task_id, form in refused.items() if task_id not in shown}


def _whose(visit: Visit, assignees: Sequence[str]) -> str:
    asked = visit.query.get("assignee", "")[:100]
    if asked:
        return "" if asked == EVERYONE else asked
    return next((name for name in assignees if name in _names_of(visit)), "")


def _names_of(visit: Visit) -> set[str]:
    """By which a step may name its assignee: the reader, or all who have their profile."""
    return {visit.caller.subject, visit.caller.name, visit.caller.profile}

"""What is done with tasks."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.problems import InvalidField
from contracts.actions import DunningContext, OpenTask
from services.notify.actions import use_cases as actions
from services.notify.actions.use_cases import Answered
from services.notify.closings import use_cases as closings
from services.notify.rendering.renderer import Renderer
from services.notify.tasks import domain, store
from services.notify.tasks.models import Task
from services.notify.tasks.schemas import CompletionInput
from services.notify.templates import use_cases as templates

CALL = "call"
"""The template of a task's note, when the request names none."""


async def open_task(session: AsyncSession, caller: Caller, asked: OpenTask, *, renderer: Renderer) -> Answered:
    """Plan the call once; the same key again finds it. Withdrawn at birth when it comes too late."""
    organisation, context = caller.organisation, asked.context
    if known := await actions.begin(session, organisation, asked.key):
        return Answered(known, is_new=False)
    if not isinstance(context, DunningContext):
        raise InvalidField("context.about", context.about, "receivable: a call is about an invoice")
    closings.check_request(organisation, context)
    template = await templates.template_for(session, organisation, asked.template or CALL, context)
    rendering = await templates.render(renderer, template, context, context.receivable.contact.language)
    task = domain.opened_task(organisation, asked, context, rendering)
    if too_late := await closings.too_late(session, context):
        domain.withdraw(task, too_late, now=asked.at)
    else:
        outbox.record(session, domain.opening_of(task), at=asked.at)
    session.add(task)
    await session.flush()
    return Answered(domain.outcome_of(task), is_new=True)


async def complete_task(
    session: AsyncSession, caller: Caller, task_id: UUID, completion: CompletionInput, *, now: datetime
) -> Task:
    task = await store.task_of(session, caller.organisation, task_id, lock=True)
    completed = domain.complete(task, completion, by=caller.author, now=now)
    if completed:
        outbox.record(session, completed, at=now)
    return task

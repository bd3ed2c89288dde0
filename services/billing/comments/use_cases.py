"""Comments on a customer: written once, read by everyone who may."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import InvalidField
from services.billing.comments import store
from services.billing.comments.models import Comment
from services.billing.comments.schemas import CommentInput
from services.billing.customers.use_cases import get_customer, get_known_customer


async def write_comment(
    session: AsyncSession, caller: Caller, customer_id: UUID, given: CommentInput, *, now: datetime
) -> Comment:
    """404 for a customer that is not the caller's; 422 where it corrects what is not a comment on this one."""
    customer = await get_known_customer(session, caller.organisation, customer_id)
    if given.corrects and not await store.find(session, caller.organisation, customer.id, given.corrects):
        raise InvalidField("corrects", given.corrects, "the id of a comment on the same customer")
    comment = Comment(
        organisation=caller.organisation,
        customer_id=customer.id,
        text=given.text,
        corrects=given.corrects,
        written_by=caller.subject,
        written_by_name=caller.name or caller.subject,
        written_at=now,
    )
    session.add(comment)
    await session.flush()
    return comment


async def list_comments(
    session: AsyncSession, caller: Caller, customer_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[Comment, bool]]:
    customer = await get_customer(session, caller.organisation, customer_id)
    return await store.page(session, caller.organisation, customer.id, after=after, limit=limit)

"""`/customers/{customer_id}/comments`: what people noted about a customer. Nothing here changes or goes away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.billing.comments import use_cases
from services.billing.comments.models import Comment
from services.billing.comments.schemas import CommentInput, CommentView

router = APIRouter(prefix="/customers/{customer_id}/comments", tags=["customers"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.COMMENTS_READ)]
Writer = Annotated[Caller, require(Right.COMMENTS_WRITE)]


@router.post("", status_code=201)
async def write_comment(
    customer_id: UUID, body: CommentInput, caller: Writer, transaction: Transaction, now: CurrentClock
) -> CommentView:
    """Signed and dated. What was wrong is corrected by another comment, which names the first in `corrects`."""
    comment = await use_cases.write_comment(transaction, caller, customer_id, body, now=now())
    return _view((comment, False))


@router.get("")
async def list_comments(
    customer_id: UUID, caller: Reader, transaction: Transaction, cursor: Cursor = None, limit: Limit = 50
) -> Page[CommentView]:
    """Newest first."""
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await use_cases.list_comments(transaction, caller, customer_id, after=after, limit=limit + 1)
    return page_of(rows, limit, _view, position=lambda row: (row[0].written_at, row[0].id))


def _view(row: tuple[Comment, bool]) -> CommentView:
    comment, is_corrected = row
    return CommentView.model_validate(comment.model_dump() | {"is_corrected": is_corrected})

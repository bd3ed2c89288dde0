"""`/audit`: who did what, from what to what."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from chassis.auth import Caller, caller_of, require
from chassis.clock import RealClock
from chassis.database import Transaction
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Moment, Page, page_of, position_of
from contracts.base import Text
from contracts.events.audit import Change, Outcome
from contracts.rights import Right
from services.identity.audit import refusals, store
from services.identity.audit.models import AuditEntry
from services.identity.audit.refusals import RefusalInput
from services.identity.audit.store import AuditFilter
from services.identity.audit.withholding import shown_to
from services.identity.house import House

router = APIRouter(prefix="/audit", tags=["audit"])

Reader = Annotated[Caller, require(Right.AUDIT_READ)]
Anyone = Annotated[Caller, Depends(caller_of)]
Term = Annotated[Text | None, Query(min_length=1, max_length=200)]


class AuditView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    service: str
    actor: str
    actor_name: str
    profile: str
    address: str | None
    action: str
    object: str | None
    outcome: Outcome
    reason: str | None
    changes: list[Change]
    left_out: int


@router.get("")
async def read_audit(
    caller: Reader,
    transaction: Transaction,
    actor: Term = None,
    action: Term = None,
    object: Annotated[Term, Query(description="For example customers/ and its id")] = None,
    outcome: Outcome | None = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditView]:
    """Newest first, without what the caller's profile hides of quotes.

    `actor` is an id or part of a name, `action` how it begins: `billing.` or `identity.sign_in`.
    """
    wanted = AuditFilter(actor, action, object, outcome, since, until)
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, wanted, after=after, limit=limit + 1)

    def view(row: AuditEntry) -> AuditView:
        shown = AuditView.model_validate(row)
        return shown.model_copy(update={"changes": shown_to(caller, row.service, row.changes)})

    return page_of(rows, limit, view, position=lambda row: (row.at, row.id))


@router.post("/refusals", status_code=204)
async def tell_refusal(body: RefusalInput, caller: Anyone, request: Request, now: RealClock) -> None:
    """What the console refused the caller for want of a right, without asking a service. 429 after too many."""
    house: House = request.app.state.house
    await refusals.tell(house, caller, body, now=now())

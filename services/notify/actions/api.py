"""Endpoints: everything that was done towards a customer, and the outcome under a key."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.actions import ActionKey, ActionOutcome
from contracts.rights import Right
from services.notify.actions import store, use_cases
from services.notify.actions.listing import ActionItem, KnownKey

router = APIRouter(prefix="/actions", tags=["actions"])
known = APIRouter(tags=["operations"])

Keys = Annotated[list[ActionKey], Query(min_length=1, max_length=200, description="Given once for each")]


@router.get("")
async def list_actions(
    customer_id: UUID,
    caller: Annotated[Caller, require(Right.ACTIONS_READ)],
    transaction: Transaction,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ActionItem]:
    """Every message, letter and call of one customer, newest first."""
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.of_customer(transaction, caller.organisation, customer_id, before=before, limit=limit + 1)
    return page_of(rows, limit, ActionItem.model_validate, position=lambda row: (row["at"], row["id"]))


@router.get("/{key}")
async def get_action(
    key: ActionKey, caller: Annotated[Caller, require(Right.ACTIONS_READ)], transaction: Transaction
) -> ActionOutcome:
    """What became of the message, letter or task asked under this key. 404 when nothing was."""
    return await use_cases.get(transaction, caller.organisation, key)


@known.get("/known-actions", response_model=list[KnownKey])
async def which_are_known(
    key: Keys, caller: Annotated[Caller, require(Right.OPERATIONS_READ)], transaction: Transaction
) -> list[dict[str, Any]]:
    """Those of these keys under which a message, letter or task was asked for."""
    return await store.of_keys(transaction, caller.organisation, key)

"""Endpoint: the outcome under a key."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.database import Transaction
from contracts.actions import ActionKey, ActionOutcome
from contracts.rights import Right
from services.notify.actions import use_cases

router = APIRouter(prefix="/actions", tags=["actions"])


@router.get("/{key}")
async def get_action(
    key: ActionKey, caller: Annotated[Caller, require(Right.ACTIONS_READ)], transaction: Transaction
) -> ActionOutcome:
    """What became of the message, letter or task asked under this key. 404 when nothing was."""
    return await use_cases.get(transaction, caller.organisation, key)

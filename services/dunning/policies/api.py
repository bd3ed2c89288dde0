"""The organisation's dunning policy over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.rights import Right
from services.dunning.policies import use_cases
from services.dunning.policies.domain import Policy
from services.dunning.policies.models import DunningPolicy
from services.dunning.policies.schemas import PolicyView

router = APIRouter(prefix="/policy", tags=["policy"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.POLICY_READ)]
Admin = Annotated[Caller, require(Right.POLICY_WRITE)]


@router.get("", response_model=PolicyView)
async def read_policy(caller: Reader, transaction: Transaction, now: CurrentClock) -> DunningPolicy:
    return await use_cases.ensure_policy(transaction, caller.organisation, now=now())


@router.put("", response_model=PolicyView)
async def change_policy(policy: Policy, caller: Admin, transaction: Transaction, now: CurrentClock) -> DunningPolicy:
    """Running cases follow the new calendar at once. 422 for a calendar that does not exist."""
    return await use_cases.change_policy(transaction, caller, policy, now=now())

"""The rules that choose a scenario, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.rights import Right
from services.dunning.rules import store, use_cases
from services.dunning.rules.schemas import Rules, RulesView

router = APIRouter(prefix="/rules", tags=["rules"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.RULES_READ)]
Admin = Annotated[Caller, require(Right.RULES_WRITE)]


@router.get("")
async def read_rules(caller: Reader, transaction: Transaction) -> RulesView:
    """In the order in which they are tried; the first that fits chooses."""
    return RulesView(rules=await store.rules_of(transaction, caller.organisation))


@router.put("")
async def replace_rules(rules: Rules, caller: Admin, transaction: Transaction, now: CurrentClock) -> RulesView:
    """Replace them all. 422 for a scenario that has no published version."""
    await use_cases.replace_rules(transaction, caller, rules, now=now())
    return RulesView(rules=rules.rules)

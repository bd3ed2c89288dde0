"""Drafts over HTTP: a scenario is begun, and its draft changed step by step."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.base import Key
from contracts.rights import Right
from contracts.scenario import ScenarioContent, ScenarioDraft, Step
from services.dunning.drafts import domain, use_cases
from services.dunning.drafts.ready_made import READY_MADE
from services.dunning.drafts.schemas import Beginning, DraftView, Renaming, StepWish

router = APIRouter(tags=["drafts"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.SCENARIOS_READ)]
Writer = Annotated[Caller, require(Right.SCENARIOS_WRITE)]
Seen = Annotated[str | None, Query(max_length=64, description="The SHA-256 of the step's JSON as it was read")]


@router.get("/ready-made-scenarios")
async def list_ready_made(_: Reader) -> list[ScenarioContent]:
    """Scenarios that a new one may begin as."""
    return list(READY_MADE.values())


@router.post("/scenarios", status_code=201)
async def begin_scenario(
    beginning: Beginning, caller: Writer, transaction: Transaction, now: CurrentClock
) -> ScenarioDraft:
    """A new scenario as a draft, without steps unless it begins as another one. 409 when its key is taken."""
    return await use_cases.begin(transaction, caller, beginning, now=now())


@router.get("/scenarios/{key}/draft")
async def read_draft(key: Key, caller: Reader, transaction: Transaction, now: CurrentClock) -> DraftView:
    return await use_cases.view(transaction, caller, key, now=now())


@router.delete("/scenarios/{key}/draft", status_code=204)
async def discard_draft(key: Key, caller: Writer, transaction: Transaction) -> None:
    """Forget what was not published; a scenario that was never published goes with it. 404 without a draft."""
    await use_cases.discard(transaction, caller, key)


@router.put("/scenarios/{key}/draft/name")
async def rename(
    key: Key, renaming: Renaming, caller: Writer, transaction: Transaction, now: CurrentClock
) -> ScenarioDraft:
    return await use_cases.rename(transaction, caller, key, renaming.name, now=now())


@router.post("/scenarios/{key}/draft/steps", status_code=201)
async def add_step(key: Key, wish: StepWish, caller: Writer, transaction: Transaction, now: CurrentClock) -> Step:
    """Add a step; its day, kind, text and key are proposed where they are not said. 409 when there are too many."""
    return await use_cases.add_step(transaction, caller, key, wish, now=now())


@router.put("/scenarios/{key}/draft/steps/{step}")
async def put_step(
    key: Key, step: Key, content: Step, caller: Writer, transaction: Transaction, now: CurrentClock, seen: Seen = None
) -> Step:
    """Write a step, which comes to stand on its day. 409 `changed_meanwhile` when it is not as `seen` any more."""
    domain.check_key(content, step)
    return await use_cases.put_step(transaction, caller, key, content, seen=seen, now=now())


@router.delete("/scenarios/{key}/draft/steps/{step}", status_code=204)
async def remove_step(key: Key, step: Key, caller: Writer, transaction: Transaction, now: CurrentClock) -> None:
    await use_cases.remove_step(transaction, caller, key, step, now=now())

"""What every service tells those who look after it: how it is, and the messages that nobody could work with."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from chassis.auth import Caller, require
from chassis.dead_letters import DeadLetters
from chassis.idempotency import IdempotentRoute
from chassis.operations.letters import Mailroom
from chassis.operations.line import Line
from chassis.operations.schemas import DeadLetterView, OperationsView
from chassis.operations.state import Desk
from chassis.paging import NUMBER, Cursor, Limit, Page, encode, position_of
from contracts.rights import Right

router = APIRouter(tags=["operations"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.OPERATIONS_READ)]
Mender = Annotated[Caller, require(Right.OPERATIONS_REPAIR)]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


async def _line(request: Request) -> Line:
    line: Line = request.app.state.line
    return line


TheLine = Annotated[Line, Depends(_line)]


@router.get("/operations")
async def read_operations(caller: Reader, request: Request, line: TheLine) -> OperationsView:
    """How the service is at this moment: what it reaches, its versions, what waits to be published or worked in."""
    state = request.app.state
    return await Desk(state.service, state.engine, line, state.now, state.checks).view()


@router.get("/dead-letters")
async def list_dead_letters(
    caller: Reader, request: Request, line: TheLine, limit: Limit = 50, cursor: Cursor = None
) -> Page[DeadLetterView]:
    """Of the streams that this service answers for, oldest first; a page may be shorter than asked for."""
    after = position_of(cursor, NUMBER)
    room = Mailroom(DeadLetters(await line.js()), request.app.state.service, caller.organisation)
    items, following = await room.page(after=after[0] if after else 0, limit=limit)
    return Page(items=items, next=encode(following) if following is not None else None)


@router.post("/dead-letters/{letter_id}/replay", status_code=202)
async def replay_dead_letter(letter_id: Id, caller: Mender, request: Request, line: TheLine) -> DeadLetterView:
    """Publish the message again; consumers that had it already ignore it. What fails again is a new dead letter."""
    room = Mailroom(DeadLetters(await line.js()), request.app.state.service, caller.organisation)
    return await room.replay(letter_id)

"""`/users`, for admins, and `/me`, for everyone who signed in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from chassis.auth import Caller, caller_of, require
from chassis.clock import RealClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.base import Text
from contracts.rights import Right
from services.identity.house import House
from services.identity.sessions import signing_in
from services.identity.users import store, use_cases
from services.identity.users.schemas import MeInput, MeView, PasswordChange, UserInput, UserView

router = APIRouter(tags=["users"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.USERS_READ)]
Writer = Annotated[Caller, require(Right.USERS_WRITE)]
Anyone = Annotated[Caller, Depends(caller_of)]
Search = Annotated[Text | None, Query(min_length=1, max_length=100, description="In the name or e-mail address")]


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


CurrentHouse = Annotated[House, Depends(house_of)]


@router.post("/users", status_code=201)
async def create_user(body: UserInput, caller: Writer, transaction: Transaction, now: RealClock) -> UserView:
    """They are sent a link to choose a password. 409 when the address is already that of a user."""
    return UserView.model_validate(await use_cases.create_user(transaction, caller, body, now=now()))


@router.get("/users")
async def list_users(
    caller: Reader, transaction: Transaction, q: Search = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[UserView]:
    """Newest first."""
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, q=q, after=after, limit=limit + 1)
    return page_of(rows, limit, UserView.model_validate, position=lambda row: (row.created_at, row.id))


@router.get("/users/{user_id}")
async def read_user(user_id: UUID, caller: Reader, transaction: Transaction) -> UserView:
    return UserView.model_validate(await use_cases.get_user(transaction, caller.organisation, user_id))


@router.put("/users/{user_id}")
async def change_user(
    user_id: UUID, body: UserInput, caller: Writer, transaction: Transaction, now: RealClock
) -> UserView:
    """Replace the whole user; who becomes inactive is signed out everywhere.

    A link to choose a password ends then, and with the address that it was sent to. 409 for the last administrator.
    """
    return UserView.model_validate(await use_cases.change_user(transaction, caller, user_id, body, now=now()))


@router.post("/users/{user_id}/invitations", status_code=202)
async def invite_again(user_id: UUID, caller: Writer, transaction: Transaction, now: RealClock) -> None:
    """They are sent another link to choose a password. 409 for a user who is locked."""
    await use_cases.invite_again(transaction, caller, user_id, now=now())


@router.get("/me")
async def read_me(caller: Anyone, transaction: Transaction) -> MeView:
    return MeView.model_validate(await use_cases.me(transaction, caller))


@router.put("/me")
async def change_me(body: MeInput, caller: Anyone, transaction: Transaction, now: RealClock) -> MeView:
    """Your name, language and theme."""
    return MeView.model_validate(await use_cases.change_me(transaction, caller, body, now=now()))


@router.put("/me/password", status_code=204)
async def change_password(body: PasswordChange, caller: Anyone, house: CurrentHouse, now: RealClock) -> None:
    """Ends every other session and every link to choose a password.

    403 when `current` is wrong, 429 after too many wrong ones.
    """
    await signing_in.change_password(house, caller, body.current, body.password, now=now())

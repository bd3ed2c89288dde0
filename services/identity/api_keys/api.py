"""`/api-keys`: for other programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import RealClock
from chassis.database import Transaction
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.identity.api_keys import store, use_cases
from services.identity.api_keys.schemas import ApiKeyInput, ApiKeyView, NewApiKey

router = APIRouter(prefix="/api-keys", tags=["API keys"])

Reader = Annotated[Caller, require(Right.API_KEYS_READ)]
Writer = Annotated[Caller, require(Right.API_KEYS_WRITE)]


@router.post("", status_code=201)
async def create_key(body: ApiKeyInput, caller: Writer, transaction: Transaction, now: RealClock) -> NewApiKey:
    """The secret is shown this once. `Idempotency-Key` has no meaning here: the answer is kept nowhere."""
    key, secret = await use_cases.create_key(transaction, caller, body, now=now())
    return NewApiKey(key=ApiKeyView.model_validate(key), secret=secret)


@router.get("")
async def list_keys(
    caller: Reader, transaction: Transaction, cursor: Cursor = None, limit: Limit = 50
) -> Page[ApiKeyView]:
    """Newest first, those that were revoked too."""
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, after=after, limit=limit + 1)
    return page_of(rows, limit, ApiKeyView.model_validate, position=lambda row: (row.created_at, row.id))


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: UUID, caller: Writer, transaction: Transaction, now: RealClock) -> None:
    """Revoke it: it gets no token any more, and its last one expires within five minutes."""
    await use_cases.revoke_key(transaction, caller, key_id, now=now())

"""Keep, find again, change and drop saved views. Each is its user's alone."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import NotFound
from services.identity.users import use_cases as users
from services.identity.views import domain, store
from services.identity.views.models import SavedView
from services.identity.views.schemas import ViewChange, ViewInput


async def views_of(
    session: AsyncSession, caller: Caller, page: str, *, after: tuple[str] | None, limit: int
) -> list[SavedView]:
    user = await users.me(session, caller)
    return await store.of_page(session, user.id, page, after=after, limit=limit)


async def save_view(session: AsyncSession, caller: Caller, given: ViewInput, *, now: datetime) -> SavedView:
    """409 when the name is that of another view of the page, or when the page has too many."""
    user = await users.me(session, caller, lock=True)  # two views saved at once do not take one name
    if await store.named(session, user.id, given.page, given.name) is not None:
        raise domain.ViewNameTaken(given.page, given.name)
    if await store.count(session, user.id, given.page) >= domain.MOST:
        raise domain.TooManyViews(given.page)
    view = SavedView(user_id=user.id, created_at=now, changed_at=now, **given.model_dump())
    session.add(view)
    return view


async def change_view(
    session: AsyncSession, caller: Caller, view_id: UUID, given: ViewChange, *, now: datetime
) -> SavedView:
    """Replace its name and query. 409 when the name is that of another view of the page."""
    user = await users.me(session, caller, lock=True)
    view = await _view(session, user.id, view_id)
    same = await store.named(session, user.id, view.page, given.name)
    if same is not None and same.id != view.id:
        raise domain.ViewNameTaken(view.page, given.name)
    view.name, view.query, view.changed_at = given.name, given.query, now
    return view


async def drop_view(session: AsyncSession, caller: Caller, view_id: UUID) -> None:
    user = await users.me(session, caller, lock=True)
    await session.delete(await _view(session, user.id, view_id))


async def _view(session: AsyncSession, user_id: UUID, view_id: UUID) -> SavedView:
    view = await store.find(session, user_id, view_id)
    if view is None:
        raise NotFound("view", view_id)
    return view

"""Letters in the database."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Subquery, cast, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.problems import NotFound
from services.notify.letters.models import Letter, LetterDocument, LetterStatus, WithdrawalCause

MOST_LETTERS = 200
"""Of a part: each takes up to 0.06 s of computing and 0.6 MB, and whoever asked waits until all are printed."""


async def by_key(session: AsyncSession, organisation: str, key: str) -> Letter | None:
    query = select(Letter).where(col(Letter.organisation) == organisation, col(Letter.key) == key)
    return (await session.exec(query)).one_or_none()


async def letter_of(session: AsyncSession, organisation: str, letter_id: UUID, *, lock: bool = False) -> Letter:
    query = select(Letter).where(col(Letter.organisation) == organisation, col(Letter.id) == letter_id)
    letter = (await session.exec(query.with_for_update() if lock else query)).one_or_none()
    if letter is None:
        raise NotFound("letter", letter_id)
    return letter


async def add(session: AsyncSession, letter: Letter, *, html: str, pdf: bytes) -> None:
    session.add(letter)
    await session.flush()
    session.add(LetterDocument(letter_id=letter.id, html=html, pdf=pdf))
    await session.flush()


async def pdf_of(session: AsyncSession, letter: Letter) -> bytes:
    """404 once it was erased, or kept for long enough."""
    query = select(LetterDocument.pdf).where(col(LetterDocument.letter_id) == letter.id)
    pdf = (await session.exec(query)).one_or_none()
    if pdf is None:
        raise NotFound("document of letter", letter.id)
    return pdf


async def page_of(
    session: AsyncSession,
    organisation: str,
    *,
    status: LetterStatus | None,
    day: date | None,
    customer_id: UUID | None,
    causes: Collection[WithdrawalCause],
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Letter]:
    """Newest first; `before` is the position of the last row of the page before."""
    query = select(Letter).where(col(Letter.organisation) == organisation)
    if status is not None:
        query = query.where(col(Letter.status) == status)
    if day is not None:
        query = query.where(col(Letter.prepared_on) == day)
    if customer_id is not None:
        query = query.where(col(Letter.customer_id) == customer_id)
    if causes:
        query = query.where(col(Letter.status) == LetterStatus.WITHDRAWN, col(Letter.cause).in_(causes))
    if before is not None:
        query = query.where(tuple_(col(Letter.prepared_at), col(Letter.id)) < before)
    return (
        await session.exec(query.order_by(col(Letter.prepared_at).desc(), col(Letter.id).desc()).limit(limit))
    ).all()


async def give_part(session: AsyncSession, letter: Letter) -> None:
    """The last part of its day, or one behind it where that is full: what was printed of a part before stays all of it.

    Letters that are prepared at the same moment do not see one another: a part may have a few more than others.
    """
    others = (*_of_day(letter.organisation, letter.prepared_on), col(Letter.id) != letter.id)
    counted = select(func.count()).select_from(Letter).where(*others)
    highest = select(func.max(col(Letter.part))).where(*others)
    without = counted.where(col(Letter.part).is_(None))
    known, unnumbered = (await session.exec(select(highest.scalar_subquery(), without.scalar_subquery()))).one()
    last = max(known or 1, -(-unnumbered // MOST_LETTERS))
    numbered = (await session.exec(counted.where(col(Letter.part) == last))).one()
    is_full = numbered + max(0, unnumbered - (last - 1) * MOST_LETTERS) >= MOST_LETTERS
    letter.part = last + 1 if is_full else last


async def count_of(session: AsyncSession, organisation: str, day: date) -> tuple[int, int]:
    """How many letters were prepared that day and not withdrawn, and the highest part that has one, 0 for none."""
    places = _places(organisation, day)
    query = (
        select(func.count(), func.coalesce(func.max(places.c.part), 0))
        .select_from(places)
        .join(LetterDocument, col(LetterDocument.letter_id) == places.c.id)
        .where(places.c.status != LetterStatus.WITHDRAWN)
    )
    return (await session.exec(query)).one()


async def batch_of(session: AsyncSession, organisation: str, day: date, *, part: int) -> Sequence[str]:
    """The pages of a part of the letters prepared that day and not withdrawn, by the number they speak of."""
    places = _places(organisation, day)
    query = (
        select(LetterDocument.html)
        .join(places, col(LetterDocument.letter_id) == places.c.id)
        .where(places.c.part == part, places.c.status != LetterStatus.WITHDRAWN)
    )
    return (await session.exec(query.order_by(places.c.reference, places.c.id))).all()


def _places(organisation: str, day: date) -> Subquery:
    """All letters of a day with their parts. Those without one, of earlier releases, have theirs by position."""
    is_unnumbered, order = col(Letter.part).is_(None), (col(Letter.prepared_at), col(Letter.id))
    position = cast(func.row_number().over(partition_by=is_unnumbered, order_by=order), Integer)
    part = func.coalesce(col(Letter.part), (position - 1) // MOST_LETTERS + 1).label("part")
    query = select(Letter.id, Letter.status, Letter.reference, part)
    return query.where(*_of_day(organisation, day)).subquery()


def _of_day(organisation: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return col(Letter.organisation) == organisation, col(Letter.prepared_on) == day


async def unposted_for(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, until_version: int
) -> Sequence[Letter]:
    """The letters not posted that speak of the receivable at this version or an earlier one, locked: those that are
    prepared, and those that were withdrawn since.
    """
    query = (
        select(Letter)
        .where(col(Letter.organisation) == organisation, col(Letter.invoice_id) == invoice_id)
        .where(col(Letter.receivable_version) <= until_version)
        .where(col(Letter.status).in_([LetterStatus.PREPARED, LetterStatus.WITHDRAWN]))
    )
    return (await session.exec(query.with_for_update())).all()


async def printable_for(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, until_version: int
) -> Sequence[Letter]:
    """Those of `unposted_for` without the withdrawn ones that cannot be printed any more."""
    letters = await unposted_for(session, organisation, invoice_id, until_version=until_version)
    withdrawn = [each.id for each in letters if each.status is LetterStatus.WITHDRAWN]
    query = select(LetterDocument.letter_id).where(col(LetterDocument.letter_id).in_(withdrawn))
    kept = set((await session.exec(query)).all())
    return [each for each in letters if each.status is LetterStatus.PREPARED or each.id in kept]

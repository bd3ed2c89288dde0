"""Letters in the database."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.problems import NotFound
from services.notify.letters.models import Letter, LetterDocument, LetterStatus, WithdrawalCause


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


async def count_of(session: AsyncSession, organisation: str, day: date) -> tuple[int, int]:
    """The letters prepared that day and not withdrawn, and all that have a place in its batch."""
    to_print = func.count().filter(col(Letter.status) != LetterStatus.WITHDRAWN)
    query = (
        select(to_print, func.count())
        .select_from(Letter)
        .join(LetterDocument, col(Letter.id) == col(LetterDocument.letter_id))
        .where(col(Letter.organisation) == organisation, col(Letter.prepared_on) == day)
    )
    return (await session.exec(query)).one()


async def batch_of(session: AsyncSession, organisation: str, day: date, *, part: int, size: int) -> Sequence[str]:
    """The pages of a part of the letters prepared that day and not withdrawn, by the number they speak of.

    A letter that is withdrawn keeps its place, and one prepared later has a place behind the others: what was
    printed of one part is in no other.
    """
    places = (
        select(Letter.id)
        .join(LetterDocument, col(Letter.id) == col(LetterDocument.letter_id))
        .where(col(Letter.organisation) == organisation, col(Letter.prepared_on) == day)
        .order_by(col(Letter.prepared_at), col(Letter.id))
        .offset((part - 1) * size)
        .limit(size)
    )
    query = (
        select(LetterDocument.html)
        .join(Letter, col(Letter.id) == col(LetterDocument.letter_id))
        .where(col(Letter.id).in_(places), col(Letter.status) != LetterStatus.WITHDRAWN)
    )
    return (await session.exec(query.order_by(col(Letter.reference), col(Letter.id)))).all()


async def unposted_for(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, until_version: int
) -> Sequence[Letter]:
    """The letters not posted that speak of the receivable at this version or an earlier one, locked: those that are
    prepared, and those that were withdrawn since and can still be printed.
    """
    is_kept = exists().where(col(LetterDocument.letter_id) == col(Letter.id))
    query = (
        select(Letter)
        .where(col(Letter.organisation) == organisation, col(Letter.invoice_id) == invoice_id)
        .where(col(Letter.receivable_version) <= until_version)
        .where(
            (col(Letter.status) == LetterStatus.PREPARED) | ((col(Letter.status) == LetterStatus.WITHDRAWN) & is_kept)
        )
    )
    return (await session.exec(query.with_for_update())).all()

"""What the chassis keeps for a time is dropped when it is over, and not before."""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import housekeeping, idempotency, inbox
from chassis.clock import real_now
from chassis.database import Sessions
from chassis.idempotency import StoredAnswer
from chassis.inbox import InboxMessage

KEPT = timedelta(days=30)
INBOX_KEPT = timedelta(days=60)
MINUTE = timedelta(minutes=1)


def an_answer(key: str, at: datetime) -> StoredAnswer:
    return StoredAnswer(caller="demo/anne", key=key, fingerprint="f", status=201, body=b"{}", stored_at=at)


async def keys_of(session: AsyncSession) -> list[str]:
    return list((await session.exec(select(StoredAnswer.key).order_by(col(StoredAnswer.key)))).all())


async def test_answers_are_kept_as_long_as_the_setting_says(sessions: Sessions) -> None:
    now = real_now()
    async with sessions() as session, session.begin():
        session.add_all([an_answer("old", now - KEPT - MINUTE), an_answer("young", now - KEPT + MINUTE)])

    await housekeeping.clean(sessions, answers_kept=KEPT, messages_kept=INBOX_KEPT, now=now)

    async with sessions() as session:
        assert await keys_of(session) == ["young"]


async def test_more_answers_than_a_batch_are_dropped_in_one_go(sessions: Sessions) -> None:
    now = real_now()
    async with sessions() as session, session.begin():
        session.add_all([an_answer(str(number), now - 2 * KEPT) for number in range(idempotency.BATCH + 1)])
        session.add(an_answer("young", now))

    await housekeeping.clean(sessions, answers_kept=KEPT, messages_kept=INBOX_KEPT, now=now)

    async with sessions() as session:
        assert await keys_of(session) == ["young"]


async def test_a_message_is_remembered_as_long_as_the_setting_says(sessions: Sessions) -> None:
    now = real_now()
    async with sessions() as session, session.begin():
        await inbox.first_time(session, "billing", "old", at=now - INBOX_KEPT - MINUTE)
        await inbox.first_time(session, "billing", "young", at=now - INBOX_KEPT + MINUTE)

    await housekeeping.clean(sessions, answers_kept=KEPT, messages_kept=INBOX_KEPT, now=now)

    async with sessions() as session:
        assert list((await session.exec(select(InboxMessage.message_id))).all()) == ["young"]

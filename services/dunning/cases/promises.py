"""Promises whose day is over: kept or broken, which the journal says once and for ever."""

import logging
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.clock import Now
from chassis.database import Sessions
from chassis.http import Peer, PeerRefused, PeerUnavailable
from contracts.receivable import ReceivableView
from services.dunning.cases import store
from services.dunning.cases.following import follow
from services.dunning.cases.holding import AT_ONCE, lift_over, lock_or_refuse
from services.dunning.cases.rounds import Round

log = logging.getLogger(__name__)


async def judge_promises(sessions: Sessions, billing: Peer, *, now: Now) -> int:
    """Judge the promises whose day is over and resume their cases, each in its own transaction; how many there were.

    Only once billing has read all that was paid until the end of that day; until then they wait, and so do those
    whose day ended later. One that billing refuses to speak of waits alone, and so does one that fails, which is
    raised at the end.
    """
    this_round = Round()
    async with sessions() as session:
        waiting = await store.promises_whose_day_is_over(session, now=now(), limit=AT_ONCE)
    judged = 0
    for organisation, invoice_id, until in waiting:
        try:
            receivable = await _receivable(billing, organisation, invoice_id)
        except PeerUnavailable as error:
            log.info("promises wait to be judged: %s", error)
            break
        except PeerRefused as error:
            log.error("a promise cannot be judged: %s", error, extra={"invoice_id": str(invoice_id)})
            continue
        if receivable is not None and receivable.as_of < now.clock.real(until):
            break
        with this_round.at(invoice_id):
            async with sessions() as session, session.begin():
                await _judge(session, organisation, invoice_id, receivable, until=until, now=now())
            judged += 1
    this_round.end()
    return judged


async def _receivable(billing: Peer, organisation: str, invoice_id: UUID) -> ReceivableView | None:
    """None where billing does not know it, after a restore of its database: nobody knows better than the case."""
    try:
        return await billing.get(f"/receivables/{invoice_id}", ReceivableView, organisation=organisation)
    except PeerRefused as error:
        if error.status == 404:
            return None
        raise


async def _judge(
    session: AsyncSession,
    organisation: str,
    invoice_id: UUID,
    receivable: ReceivableView | None,
    *,
    until: datetime,
    now: datetime,
) -> None:
    """The case hears what billing said first, as from an event: paid in full, it closes and the promise is kept."""
    if receivable is not None:
        await follow(session, receivable, now=now)
    case = await lock_or_refuse(session, organisation, invoice_id)
    await lift_over(session, case, until=until, promises=True, now=now)

"""How a call went: a promise or a dispute holds the cases that it was about, then the call is noted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.http import PeerRefused
from contracts.dunning import HoldKind
from contracts.rights import Right
from services.console.peers.cases import Cases, Promise
from services.console.peers.dunning import Pause
from services.console.peers.notify import CallOutcome, Completion, Notify, Task, TaskStatus
from services.console.web.visit import Visit

HOLDING = frozenset({CallOutcome.PROMISED, CallOutcome.DISPUTED})
NOTHING_TO_HOLD = frozenset({"case_is_closed", "not_found"})
"""What dunning says of a case that nothing is sent for any more, or that it never had."""


@dataclass(frozen=True)
class Noted:
    """A call that is noted. `unheld`: the invoices whose case should wait, and has ended already.

    `is_for_others`: a case should wait, and the reader's profile may hold none.
    """

    customer: str
    unheld: Sequence[str] = ()
    is_for_others: bool = False


async def complete(visit: Visit, task_id: UUID, completion: Completion, *, key: str) -> Noted:
    """Raises PeerRefused, and then the call is as open as before: it is noted once its cases are held.

    Done again under the same key it changes nothing.
    """
    notify = Notify(visit.client("notify"))
    task = await notify.task(task_id)
    if task.status is not TaskStatus.OPENED:
        await notify.complete(task_id, completion, key=key)  # refused, and nothing is held, unless it is the very same
    noted = await _hold(visit, task, completion, key) if completion.outcome in HOLDING else Noted(task.customer)
    await notify.complete(task_id, completion, key=key)
    return noted


async def _hold(visit: Visit, task: Task, completion: Completion, key: str) -> Noted:
    if not visit.may(Right.CASES_STEER):
        return Noted(task.customer, is_for_others=True)
    cases = Cases(visit.client("dunning"))
    holding = [
        _is_held(cases, each.invoice_id, completion, f"{key}-{position}") for position, each in enumerate(task.invoices)
    ]
    held = zip(task.invoices, await asyncio.gather(*holding), strict=True)
    return Noted(task.customer, [each.number for each, is_held in held if not is_held])


async def _is_held(cases: Cases, invoice_id: UUID, completion: Completion, key: str) -> bool:
    try:
        if completion.promised_on is not None:
            promise = Promise(date=completion.promised_on, note=completion.note)
            await cases.promise(invoice_id, promise, key=key)
        else:
            await cases.pause(invoice_id, Pause(kind=HoldKind.DISPUTED, note=completion.note), key=key)
    except PeerRefused as refused:
        if refused.code not in NOTHING_TO_HOLD:
            raise
        return False
    return True

"""The page of an invoice: what it is, what became of it and what comes, and what one may do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.invoices.axis import axis_of
from services.console.pages.invoices.timeline import future, past
from services.console.pages.standing import standings
from services.console.peers.billing import Billing
from services.console.peers.cases import Cases
from services.console.peers.notify import Notify
from services.console.web.forms import Form
from services.console.web.visit import Visit

CALLS_SHOWN, JOURNAL_SHOWN = 50, 200


async def show(
    visit: Visit, invoice_id: UUID, forms: Mapping[str, Form] | None = None, *, status: int = 200
) -> Response:
    """`forms` are those that were refused, by the name of their act."""
    billing, cases = Billing(visit.client("billing")), Cases(visit.client("dunning"))
    notify = Notify(visit.client("notify"))
    invoice, receivable, history, line, calls = await asyncio.gather(
        billing.invoice(invoice_id),
        visit.if_may(Right.RECEIVABLES_READ, lambda: billing.receivable(invoice_id)),
        visit.if_may(Right.RECEIVABLES_READ, lambda: billing.history(invoice_id)),
        visit.if_may(Right.CASES_READ, lambda: cases.timeline(invoice_id, limit=JOURNAL_SHOWN)),
        visit.if_may(Right.TASKS_READ, lambda: notify.tasks(invoice_id=invoice_id, limit=CALLS_SHOWN)),
    )
    journal, planned = (line.past, line.planned) if line else ([], [])
    before = past(invoice, history, journal, calls.items if calls else [], say=visit.say, formats=visit.formats)
    after = future(planned, now=visit.now, say=visit.say, formats=visit.formats)
    late = await standings(visit, [invoice.customer_id])
    due = receivable.due_date if receivable else invoice.due_date
    return visit.page(
        "invoices/page.html",
        status,
        invoice=invoice,
        receivable=receivable,
        case=line.case if line else None,
        holds=line.holds if line else [],
        is_cut=line is not None and line.older is not None,
        due=due,
        days_late=(visit.today - due).days if due else 0,
        past=before,
        future=after,
        axis=axis_of(before, after, now=visit.now, due=due),
        forms=_Forms(visit, forms or {}),
        may=visit.may,
        standings=late,
    )


async def act(
    visit: Visit, invoice_id: UUID, name: str, form: Form, deed: Callable[[], Awaitable[object]], told: str
) -> Response:
    """Do it and show the page again; when it is refused, the page with the form as it was typed."""
    if form.is_valid:
        with form.telling_refusals():
            await deed()
            return visit.go(f"/invoices/{invoice_id}", told)
    return await show(visit, invoice_id, {name: form}, status=422)


class _Forms:
    """The form of an act: as it was typed, else an empty one."""

    def __init__(self, visit: Visit, typed: Mapping[str, Form]) -> None:
        self.visit, self.typed = visit, typed

    def __getitem__(self, name: str) -> Form:
        return self.typed.get(name) or self.visit.no_form()

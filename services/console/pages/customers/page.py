"""The page of a customer: who they are, how they stand, what was noted and sent, what they owe."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.standing import standings
from services.console.peers.billing import Billing, Comment, Customer, Receivables
from services.console.peers.dunning import CaseSummary, Dunning
from services.console.peers.notify import Message, Notify
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit

SHOWN = 20
COMMENT = "comment"
"""The name of the form of a new comment; that of a correction is named by the comment that it corrects."""


async def show(
    visit: Visit, customer_id: UUID, forms: Mapping[str, Form] | None = None, *, status: int = 200
) -> Response:
    """`forms` are those that were refused. Each list goes on by itself: `?invoices=`, `?sent=`, `?comments=`."""
    billing, notify = Billing(visit.client("billing")), Notify(visit.client("notify"))
    after = {name: visit.query.get(name) for name in ("invoices", "sent", "comments")}
    who, late, (owed, cases), sent, comments, returned = await asyncio.gather(
        billing.customer(customer_id),
        standings(visit, [customer_id]),
        _owed(visit, billing, customer_id, after["invoices"]),
        visit.if_may(
            Right.ACTIONS_READ, lambda: notify.actions(customer_id=customer_id, cursor=after["sent"], limit=SHOWN)
        ),
        visit.if_may(Right.COMMENTS_READ, lambda: billing.comments(customer_id, cursor=after["comments"], limit=SHOWN)),
        visit.if_may(Right.MESSAGES_READ, lambda: notify.returned(customer_id=customer_id, limit=SHOWN)),
    )
    pages = {"invoices": owed, "sent": sent, "comments": comments}
    return visit.page(
        "customers/page.html",
        status,
        customer=who,
        standings=late,
        receivables=owed.items if owed else None,
        cases=cases,
        sent=sent.items if sent else None,
        comments=comments.items if comments else None,
        more={
            name: link(f"/customers/{customer_id}", {name: page.next}) if page and page.next else None
            for name, page in pages.items()
        },
        mail_comes_back=_comes_back(who, returned.items if returned else ()),
        forms=forms or {},
        elsewhere=_elsewhere(forms or {}, comments.items if comments else ()),
        empty=visit.no_form(),
        may_comment=visit.may(Right.COMMENTS_WRITE),
        may_see_quotes=visit.may(Right.QUOTES_READ),
        may_export=visit.may(Right.CUSTOMERS_EXPORT),
        may_erase=visit.may(Right.CUSTOMERS_ERASE),
    )


def _elsewhere(forms: Mapping[str, Form], comments: Sequence[Comment]) -> Mapping[str, Form]:
    """The corrections that were refused, of comments that stand on a later part of the list, or are corrected since."""
    shown = {COMMENT, *(str(each.id) for each in comments if not each.is_corrected)}
    return {corrects: form for corrects, form in forms.items() if corrects not in shown}


def _comes_back(customer: Customer, returned: Sequence[Message]) -> bool:
    """Whether nothing is sent to the address that they have now."""
    dead = {message.recipient.lower() for message in returned if message.address_is_dead}
    return (customer.email or "").lower() in dead


async def _owed(
    visit: Visit, billing: Billing, customer_id: UUID, cursor: str | None
) -> tuple[Receivables | None, Mapping[UUID, CaseSummary]]:
    """The invoices, the one due last first, and the cases of these."""
    owed = await visit.if_may(
        Right.RECEIVABLES_READ,
        lambda: billing.receivables(customer_id=customer_id, sort="-due_date", cursor=cursor, limit=SHOWN),
    )
    if not owed or not owed.items or not visit.may(Right.CASES_READ):
        return owed, {}
    invoices = [each.invoice_id for each in owed.items]
    found = await Dunning(visit.client("dunning")).cases(invoice_id=invoices, limit=SHOWN)
    return owed, {case.invoice_id: case for case in found.items}

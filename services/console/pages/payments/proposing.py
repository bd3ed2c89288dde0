"""What is proposed while a payment is entered: open invoices that fit, and how its amount is shared among them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.rights import Right
from services.console.peers.billing import Billing, ReceivableItem
from services.console.web.forms import Form
from services.console.web.visit import Visit

PROPOSED = 8
"""Invoices shown while one types."""
SPREAD = 20
"""Invoices of one customer among which one payment is shared."""
SOUGHT = 100
"""Characters of what is typed by which invoices are looked for."""


@dataclass(frozen=True)
class Proposal:
    """`chosen` is the one of `invoices` that stands ticked; `is_picked`: it stays so, whatever amount is typed.

    `shared`: number and amount of each invoice; what is `left` is in none. `is_shared`: not declined by the reader.
    """

    words: str = ""
    invoices: Sequence[ReceivableItem] = ()
    chosen: ReceivableItem | None = None
    is_picked: bool = False
    shared: Sequence[tuple[str, Decimal]] = ()
    left: Decimal = Decimal()
    is_shared: bool = True


async def propose(visit: Visit, form: Form, number: str, *, is_picked: bool) -> Proposal:
    """The invoice of this number is chosen if it fits: money is never guessed onto another. Without one, the first."""
    words, amount = form.value("q").strip(), visit.formats.read_amount(form.value("amount"))
    found = await proposals(Billing(visit.client("billing")), words, amount)
    chosen = next((each for each in found if not number or each.number == number), None)
    is_shared = form.value("asked") != "yes" or "share" in form.values
    proposal = Proposal(words, found, chosen, is_picked and chosen is not None, is_shared=is_shared)
    if not chosen or not amount or amount <= chosen.balance:
        return proposal
    shared = _shares(chosen, await _others(visit, chosen), amount)
    return replace(proposal, shared=shared, left=amount - sum((share for _, share in shared), Decimal()))


async def proposals(billing: Billing, words: str, amount: Decimal | None) -> list[ReceivableItem]:
    """Open invoices whose number or customer fits; those of this very balance first."""
    if not words:
        return []
    found = (await billing.receivables(q=words[:SOUGHT], status="open", limit=PROPOSED)).items
    return sorted(found, key=lambda each: (each.number.lower() != words.lower(), each.balance != amount))


async def _others(visit: Visit, chosen: ReceivableItem) -> Sequence[ReceivableItem]:
    """The open invoices of that customer, if the reader may bring money to them."""
    customer = chosen.customer.customer_id
    owed = await visit.if_may(
        Right.PAYMENTS_MATCH,
        lambda: Billing(visit.client("billing")).receivables(customer_id=customer, status="open", limit=SPREAD),
    )
    return owed.items if owed else ()


def _shares(chosen: ReceivableItem, others: Sequence[ReceivableItem], amount: Decimal) -> list[tuple[str, Decimal]]:
    """Where `amount` goes: the chosen one first."""
    found, left = [], amount
    for each in (chosen, *(other for other in others if other.invoice_id != chosen.invoice_id)):
        share = min(left, each.balance)
        if share <= 0:
            break
        if each.currency == chosen.currency:
            found.append((each.number, share))
            left -= share
    return found

"""A stand-in for billing: the receivables it tells of, a page at a time or one by one."""

from datetime import datetime
from uuid import UUID

import httpx2

from chassis.http import Peer
from contracts.parties import Address, Contact, Seller
from contracts.receivable import Receivable, ReceivableView
from tests.support.tokens import Keys

ADDRESS = Address(lines=["12 rue des Lilas"], postal_code="69003", city="Lyon")


class Ledger:
    """`overdue` is what `GET /receivables?overdue=true` answers, for whichever organisation the token names.

    `known` are those that `GET /receivables/{invoice_id}` tells of, as fresh as `as_of` says.
    """

    def __init__(self, keys: Keys, *, page: int = 2) -> None:
        self.overdue: list[Receivable] = []
        self.page = page
        self.is_away = False
        self.queries: list[dict[str, str]] = []
        self.known: dict[UUID, Receivable] = {}
        self.as_of: datetime | None = None
        self.refused: set[UUID] = set()
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        self.peer = Peer(client, "http://billing", keys.mint(), "dunning")

    def tell(self, *receivables: Receivable, as_of: datetime) -> None:
        self.known |= {each.invoice_id: each for each in receivables}
        self.as_of = as_of

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_away:
            raise httpx2.ConnectError("billing is away")
        if request.url.path != "/receivables":
            return self._one(UUID(request.url.path.removeprefix("/receivables/")))
        query = dict(request.url.params)
        self.queries.append(query)
        start = int(query.get("cursor", "0"))
        end = start + self.page
        items = [each.model_dump(mode="json") | {"more": "ignored"} for each in self.overdue[start:end]]
        return httpx2.Response(200, json={"items": items, "next": str(end) if end < len(self.overdue) else None})

    def _one(self, invoice_id: UUID) -> httpx2.Response:
        if invoice_id in self.refused:
            return httpx2.Response(403, json={"type": "urn:relance:problem:forbidden"})
        known = self.known.get(invoice_id)
        if known is None or self.as_of is None:
            return httpx2.Response(404, json={"type": "urn:relance:problem:not_found"})
        customer = known.customer
        contact = Contact(
            customer_id=customer.customer_id,
            name="Garage Lefèvre",
            kind=customer.kind,
            language=customer.language,
            address=ADDRESS,
        )
        seller = Seller(name="Relance SARL", address=ADDRESS)
        view = ReceivableView(**dict(known), as_of=self.as_of, contact=contact, seller=seller)
        return httpx2.Response(200, content=view.model_dump_json())

"""A stand-in for billing: the receivables it tells of, a page at a time."""

import httpx2

from chassis.http import Peer
from contracts.receivable import Receivable
from tests.support.tokens import Keys


class Ledger:
    """`overdue` is what `GET /receivables?overdue=true` answers, for whichever organisation the token names."""

    def __init__(self, keys: Keys, *, page: int = 2) -> None:
        self.overdue: list[Receivable] = []
        self.page = page
        self.is_away = False
        self.queries: list[dict[str, str]] = []
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        self.peer = Peer(client, "http://billing", keys.mint(), "dunning")

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_away:
            raise httpx2.ConnectError("billing is away")
        query = dict(request.url.params)
        self.queries.append(query)
        start = int(query.get("cursor", "0"))
        end = start + self.page
        items = [each.model_dump(mode="json") | {"more": "ignored"} for each in self.overdue[start:end]]
        return httpx2.Response(200, json={"items": items, "next": str(end) if end < len(self.overdue) else None})

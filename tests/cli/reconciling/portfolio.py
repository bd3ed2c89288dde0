"""Many invoices as `relance reconcile` meets them: what it asks, a page at a time, and how often."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from cli.api import Api
from cli.bearer import Bearer
from cli.reconciling.comparison import Comparison
from cli.reconciling.reading import Services
from contracts.clock import Clock

MOST = 200
"""Of what a service is asked for by name at once."""


@dataclass
class Portfolio:
    """`count` invoices; of `closed` ones the case is closed, of the others it is open and its workflow runs. Each had
    `reminders`, and one call concerns `called` of them. `lost`: whose workflow runs no more; `excluded`: whose case was
    closed, though they are owed. `paths`: (service, method, path) of what was asked.
    """

    count: int
    closed: int = 0
    reminders: int = 0
    called: int = 0
    lost: Collection[int] = ()
    excluded: Collection[int] = ()
    asked: Counter[str] = field(default_factory=Counter)
    paths: set[tuple[str, str, str]] = field(default_factory=set)
    described: Counter[str] = field(default_factory=Counter)

    def comparison(self) -> Comparison:
        client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        bearer = Bearer(lambda: "a", is_given=True)
        billing, dunning, notify = (
            Api(name, f"http://{name}", client, bearer) for name in ("billing", "dunning", "notify")
        )
        return Comparison(Services(billing, dunning, notify), timedelta(days=90), Clock())

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path, query = request.url.path, request.url.params
        self.paths.add((request.url.host, request.method, path))
        named = [UUID(each) for each in query.get_list("invoice_id")]
        self.asked[f"{path} by invoice" if named else path] += 1
        if len(named) > MOST or len(query.get_list("key")) > MOST:
            return httpx2.Response(422, json={"detail": f"at most {MOST}"})
        if request.method != "GET":
            return httpx2.Response(200, json={})
        if path in ("/workflows/running", "/workflows/behind"):
            return httpx2.Response(200, json=self._which(path, named))
        if path in ("/heard-receivables", "/known-actions"):
            return httpx2.Response(200, json=[{"key": each, "status": "sent"} for each in query.get_list("key")])
        return httpx2.Response(200, json=self._page(path, dict(query), named))

    def _which(self, path: str, named: Sequence[UUID]) -> list[str]:
        if path == "/workflows/behind":
            return []
        self.described.update(str(each) for each in named)
        return [str(each) for each in named if each.int not in self.lost and self._is_open(each.int)]

    def _page(self, path: str, query: dict[str, str], named: Sequence[UUID]) -> dict[str, Any]:
        rows = [self._row(path, each.int) for each in named] if named else self._rows(path, query)
        start = int(query.get("cursor", "0"))
        end = start + int(query["limit"])
        return {"items": rows[start:end], "next": str(end) if end < len(rows) else None}

    def _rows(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        numbers = range(1, self.count + 1)
        if path == "/cases" and query["state"] != "active":
            return []
        if path in ("/receivables", "/cases", "/workflows"):
            left_out = {"/cases": self.excluded, "/workflows": self.lost}.get(path, ())
            return [self._row(path, each) for each in numbers if self._is_open(each) and each not in left_out]
        if path == "/messages":
            return [self._row(path, each) | {"key": _key(each, n)} for n in range(self.reminders) for each in numbers]
        if path == "/journal" and query["outcome"] == "carried_out":
            return [self._row(path, each) | {"step": f"r{n}"} for n in range(self.reminders) for each in numbers]
        if path == "/tasks" and self.called:
            concerned = [{"invoice_id": str(UUID(int=each)), "number": str(each)} for each in numbers[: self.called]]
            return [self._row(path, 1) | {"key": "by-hand", "invoices": concerned}]
        return []

    def _row(self, path: str, number: int) -> dict[str, Any]:
        """All that any service says of an invoice, under the names of each."""
        status, now = "open" if self._is_open(number) else "settled", datetime.now(UTC).isoformat()
        is_followed = self._is_open(number) and number not in self.excluded
        done = {"/messages": "sent", "/tasks": "opened"}
        return {
            "invoice_id": str(UUID(int=number)),
            "number": "F",
            "balance": "10.00",
            "due_date": "2026-01-31",
            "version": 1,
            "status": done.get(path, status),
            "receivable_version": 1,
            "receivable_status": status,
            "state": "active" if is_followed else "closed",
            "run": 1,
            "scenario": "s",
            "occurrence": 1,
            "evidence": {"status": "sent"},
            "done": [f"r{n}#1" for n in range(self.reminders)],
            **dict.fromkeys(("requested_at", "opened_at", "decided_at"), now),
        }

    def _is_open(self, number: int) -> bool:
        return number > self.closed


def _key(number: int, reminder: int) -> str:
    return f"{UUID(int=number)}:s:r{reminder}:1"

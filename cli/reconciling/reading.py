"""What the services' APIs say: which invoices there are, a page at a time, and all about those of a page."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cli.api import Api
from cli.reconciling.differences import Followed, Left, Owed, Seen

PAGE = 200
OPEN_STATES = ("scheduled", "active", "paused")


@dataclass(frozen=True)
class Services:
    billing: Api
    dunning: Api
    notify: Api

    def open_receivables(self) -> Iterator[list[UUID]]:
        for items in _pages(self.billing, "/receivables", status="open"):
            yield [UUID(each["invoice_id"]) for each in items]

    def open_cases(self) -> Iterator[list[UUID]]:
        for state in OPEN_STATES:
            for items in _pages(self.dunning, "/cases", state=state):
                yield [UUID(each["invoice_id"]) for each in items]

    def workflows(self) -> Iterator[list[UUID]]:
        for items in _pages(self.dunning, "/workflows"):
            yield [UUID(each["invoice_id"]) for each in items]

    def messages(self, since: datetime) -> Iterator[list[Left]]:
        """Newest first, those asked for since then, in business time."""
        for items in _pages(self.notify, "/messages"):
            recent = [each for each in items if datetime.fromisoformat(each["requested_at"]) >= since]
            yield [left for each in recent if (left := left_of(each))]
            if len(recent) < len(items):
                return

    def about(self, invoices: Collection[UUID], *, lingering: Collection[UUID] = (), left: Sequence[Left] = ()) -> Seen:
        """Of at most 200 invoices."""
        if not invoices:
            return Seen((), {}, {}, ())
        asked: dict[str, Any] = {"invoice_id": [str(each) for each in invoices]}
        owed = self.billing.get("/receivables", limit=str(PAGE), **asked)["items"]
        cases = self.dunning.get("/cases", limit=str(PAGE), **asked)["items"]
        running = self.dunning.get("/workflows/running", **asked)
        return Seen(
            invoices,
            {UUID(each["invoice_id"]): Owed(each["number"], each["status"], each["version"]) for each in owed},
            {UUID(each["invoice_id"]): _followed(each) for each in cases},
            {UUID(each) for each in running},
            lingering,
            left,
        )


def left_of(message: dict[str, Any]) -> Left | None:
    """None for a message that no step sent: its key is not `invoice:scenario:step:occurrence`."""
    parts = message["key"].split(":")
    if message["invoice_id"] is None or len(parts) != 4 or parts[0] != message["invoice_id"]:
        return None
    return Left(UUID(parts[0]), f"{parts[2]}#{parts[3]}", message["status"], message["reference"])


def _followed(case: dict[str, Any]) -> Followed:
    return Followed(
        case["number"], case["state"], case["receivable_version"], case["version"] is not None, frozenset(case["done"])
    )


def _pages(api: Api, path: str, **query: str) -> Iterator[list[Any]]:
    asked = {**query, "limit": str(PAGE)}
    while True:
        page = api.get(path, **asked)
        yield page["items"]
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]

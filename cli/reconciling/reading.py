"""What the services' APIs say: which invoices there are, a page at a time, and all about those of a page."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cli.api import Api
from cli.reconciling.differences import CLOSED, Decided, Followed, Known, Left, Owed, Seen

PAGE = 200
ACTIONS = {"/messages": "requested_at", "/letters": "prepared_at", "/tasks": "opened_at"}
"""Where notify lists what it did, and the field that says when, in business time."""
NEWEST_FIRST = frozenset({"/messages", "/letters"})
ACTED = ("carried_out", "uncertain")
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

    def workflows(self) -> Iterator[dict[UUID, bool]]:
        """Invoices whose workflow runs, and whether their case is open."""
        for items in _pages(self.dunning, "/workflows"):
            yield {UUID(each["invoice_id"]): each["state"] in OPEN_STATES for each in items}

    def undone(self) -> Iterator[list[UUID]]:
        """Invoices with letters that wait for the post and calls that wait to be made, however old these are."""
        for items in _pages(self.notify, "/letters", status="prepared"):
            yield [*{UUID(each["invoice_id"]) for each in items if each["invoice_id"]}]
        for items in _pages(self.notify, "/tasks", status="opened"):
            concerned = [*{UUID(concerned["invoice_id"]) for each in items for concerned in each["invoices"]}]
            yield from (concerned[start : start + PAGE] for start in range(0, len(concerned), PAGE))

    def actions(self, since: datetime) -> Iterator[list[Left]]:
        """Messages, letters and calls that were asked for since then, in business time."""
        for path, moment in ACTIONS.items():
            for items in _pages(self.notify, path):
                recent = [each for each in items if datetime.fromisoformat(each[moment]) >= since]
                yield [left for each in recent if (left := left_of(each))]
                if len(recent) < len(items) and path in NEWEST_FIRST:
                    break

    def decisions(self, since: datetime) -> Iterator[list[Decided]]:
        """Those by which notify acted, newest first, since then, in business time."""
        for outcome in ACTED:
            for items in _pages(self.dunning, "/journal", outcome=outcome):
                recent = [each for each in items if datetime.fromisoformat(each["decided_at"]) >= since]
                yield [decided for each in recent if (decided := decided_of(each))]
                if len(recent) < len(items):
                    break

    def about(
        self,
        invoices: Collection[UUID],
        *,
        lingering: Collection[UUID] = (),
        left: Sequence[Left] = (),
        decided: Sequence[Decided] = (),
    ) -> Seen:
        """Of at most 200 invoices, and of the cases of what was `left`. Of open cases alone it matters what runs: that
        Temporal is asked one by one.
        """
        followed = self._followed({*invoices, *(each.invoice_id for each in left)})
        is_open = [each for each in invoices if each in followed and followed[each].state != CLOSED]
        return Seen(
            invoices,
            self._owed(invoices),
            followed,
            self._which("/workflows/running", is_open),
            self._which("/workflows/behind", is_open),
            lingering,
            left,
            decided,
            self._known([each.key for each in decided]),
            self._heard(invoices),
        )

    def _owed(self, invoices: Collection[UUID]) -> dict[UUID, Owed]:
        if not invoices:
            return {}
        found = self.billing.get("/receivables", limit=str(PAGE), invoice_id=_asked(invoices))["items"]
        return {UUID(each["invoice_id"]): Owed(each["number"], _receivable(each)) for each in found}

    def _followed(self, invoices: Collection[UUID]) -> dict[UUID, Followed]:
        if not invoices:
            return {}
        found = self.dunning.get("/cases", limit=str(PAGE), invoice_id=_asked(invoices))["items"]
        return {UUID(each["invoice_id"]): _case(each) for each in found}

    def _which(self, path: str, invoices: Collection[UUID]) -> set[UUID]:
        if not invoices:
            return set()
        return {UUID(each) for each in self.dunning.get(path, invoice_id=_asked(invoices))}

    def _heard(self, invoices: Collection[UUID]) -> dict[UUID, int]:
        if not invoices:
            return {}
        found = self.notify.get("/heard-receivables", invoice_id=_asked(invoices))
        return {UUID(each["invoice_id"]): each["version"] for each in found}

    def _known(self, keys: Sequence[str]) -> set[str]:
        if not keys:
            return set()
        return {each["key"] for each in self.notify.get("/known-actions", key=list(keys))}


def left_of(action: dict[str, Any]) -> Left | None:
    """None for what no step did: its key is not `invoice:scenario:step:occurrence`."""
    parts = action["key"].split(":")
    concerned = action.get("invoices", [action])  # a call may concern several
    number = ", ".join(each.get("number") or each.get("reference", "") for each in concerned)
    if len(parts) != 4 or parts[0] not in {each["invoice_id"] for each in concerned}:
        return None
    return Left(UUID(parts[0]), f"{parts[2]}#{parts[3]}", action["status"], number)


def decided_of(entry: dict[str, Any]) -> Decided | None:
    """None where nobody was contacted: such a decision has no proof of notify's."""
    if entry["step"] is None or "status" not in entry["evidence"]:
        return None
    key = ":".join((entry["invoice_id"], entry["scenario"], entry["step"], str(entry["occurrence"])))
    return Decided(UUID(entry["invoice_id"]), key, entry["number"])


def _asked(invoices: Collection[UUID]) -> list[str]:
    return [str(each) for each in invoices]


def _case(case: dict[str, Any]) -> Followed:
    known = _receivable(case, of="receivable_")
    return Followed(case["number"], case["state"], known, case["version"] is not None, frozenset(case["done"]))


def _receivable(told: dict[str, Any], *, of: str = "") -> Known:
    return Known(told[f"{of}version"], told[f"{of}status"], Decimal(told["balance"]), told["due_date"])


def _pages(api: Api, path: str, **query: str) -> Iterator[list[Any]]:
    asked = {**query, "limit": str(PAGE)}
    while True:
        page = api.get(path, **asked)
        yield page["items"]
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]

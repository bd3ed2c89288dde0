"""What the events of the bus add up to: the counts that the demonstration shows."""

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contracts import events as e

LATEST = 12


@dataclass
class Scoreboard:
    """Fed with every event, in the order in which it was heard."""

    invoices: dict[str, str] = field(default_factory=dict)
    """Numbers by invoice id."""
    opened: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    payments: Counter[str] = field(default_factory=Counter)
    too_much: int = 0
    """Payments applied of which something was left."""
    reopened: int = 0
    latest: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=LATEST))
    """Style, invoice number, what happened."""

    @property
    def open(self) -> int:
        return self.opened - self.closed.total()

    def hear(self, subject: str, data: bytes) -> None:
        event = json.loads(data)
        if told := TOLD.get(subject):
            told(self, event)

    def tell(self, style: str, event: dict[str, Any], text: str) -> None:
        number = event.get("number") or self.invoices.get(event.get("invoice_id", ""), "")
        self.latest.append((style, number, text))


Told = Callable[[Scoreboard, dict[str, Any]], None]


def _issued(board: Scoreboard, event: dict[str, Any]) -> None:
    board.invoices[event["invoice_id"]] = event["number"]
    board.tell("dim", event, f"issued: {event['total']} {event['currency']}, due {event['due_date']}")


def _reopened(board: Scoreboard, event: dict[str, Any]) -> None:
    board.reopened += 1
    board.tell("red", event, f"reopened: {event['balance']} {event['currency']} are owed again")


def _opened(board: Scoreboard, event: dict[str, Any]) -> None:
    board.opened += 1


def _closed(board: Scoreboard, event: dict[str, Any]) -> None:
    board.closed[event["reason"]] += 1
    board.tell("green", event, f"case closed: {event['reason']}")


def _carried_out(board: Scoreboard, event: dict[str, Any]) -> None:
    board.steps[event["step"]] += 1
    board.tell("yellow", event, f"{event['step']} → {event['evidence'].get('recipient', '')}")


def _skipped(board: Scoreboard, event: dict[str, Any]) -> None:
    board.skipped[event["reason"]] += 1
    board.tell("magenta", event, f"{event['step']} not done: {event['reason'].replace('_', ' ')}")


def _applied(board: Scoreboard, event: dict[str, Any]) -> None:
    """A payment that went to invoices, or, with negative amounts, came back from them."""
    is_reversal = any(Decimal(each["amount"]) < 0 for each in event["allocations"])
    board.payments["reversed" if is_reversal else "applied"] += 1
    left = Decimal(event.get("unallocated") or 0)
    board.too_much += left > 0
    what = "bounced" if is_reversal else "paid"
    more = f", {left} too much" if left > 0 else ""
    for each in event["allocations"]:
        paid = abs(Decimal(each["amount"])) + left
        board.tell("cyan", {"number": each["number"]}, f"{paid} {event['currency']} {what}{more}")


def _kept(outcome: str) -> Told:
    """A payment that went to no invoice."""

    def told(board: Scoreboard, event: dict[str, Any]) -> None:
        board.payments[outcome] += 1
        board.tell("cyan", event, f"payment {event['payment_id']} {outcome}: {event['reason']}")

    return told


TOLD: dict[str, Told] = {
    e.InvoiceIssued.type: _issued,
    e.InvoiceReopened.type: _reopened,
    e.CaseOpened.type: _opened,
    e.CaseClosed.type: _closed,
    e.StepCarriedOut.type: _carried_out,
    e.StepSkipped.type: _skipped,
    e.PaymentApplied.type: _applied,
    e.PaymentUnallocated.type: _kept("unallocated"),
    e.PaymentRejected.type: _kept("rejected"),
}

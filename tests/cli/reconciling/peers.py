"""Billing, dunning and notify as `relance reconcile` meets them: one application that says what a test wants."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request

from contracts.events.billing import InvoiceIssued, InvoiceSettled

INVOICE = UUID(int=1)
STEP = f"{INVOICE}:standard:formal-notice:1"


@dataclass
class Peers:
    """One invoice with a closed case. `letter`: its status; `heard`: the version that it goes by; `done`: the steps
    that the case counts; `acted`: those of which the journal says that they acted. `taken`: what notify was given.
    """

    receivable: dict[str, Any]
    letter: str | None = None
    heard: int | None = None
    done: list[str] = field(default_factory=list)
    acted: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def where_it_was_paid(cls, **facts: Any) -> "Peers":
        return cls(dict(InvoiceSettled.example) | {"invoice_id": str(INVOICE)}, **facts)

    def app(self) -> FastAPI:
        app, lists = FastAPI(), ("/workflows", "/messages", "/tasks")
        for path in lists:
            app.get(path)(lambda: _page())
        app.get("/receivables")(self.receivables)
        app.get("/cases")(self.cases)
        app.get("/workflows/running")(self.no_workflow)
        app.get("/workflows/behind")(self.no_workflow)
        app.get("/journal")(self.journal)
        app.get("/letters")(self.letters)
        app.get("/known-actions")(self.known_actions)
        app.get("/heard-receivables")(self.heard_receivables)
        app.put("/heard-receivables/{invoice_id}")(self.take)
        return app

    def receivables(self, status: str = "") -> dict[str, Any]:
        return _page(self.receivable) if status in ("", self.receivable["status"]) else _page()

    def cases(self, state: str = "closed") -> dict[str, Any]:
        facts = {"number": self.receivable["number"], "invoice_id": str(INVOICE), "version": 1, "done": self.done}
        known = {name: self.receivable[name] for name in ("balance", "due_date")}
        known |= {"receivable_status": self.receivable["status"], "receivable_version": self.receivable["version"]}
        case = facts | known | {"state": "closed"}
        return _page(case) if state == "closed" else _page()

    def no_workflow(self) -> list[str]:
        return []

    def journal(self, outcome: str) -> dict[str, Any]:
        proof = {"evidence": {"status": "sent"}, "invoice_id": str(INVOICE), "number": self.receivable["number"]}
        entries = [
            proof | {"decided_at": _now(), "scenario": "standard", "step": step, "occurrence": 1} for step in self.acted
        ]
        return _page(*entries) if outcome == "carried_out" else _page()

    def letters(self, status: str = "") -> dict[str, Any]:
        facts = {"key": STEP, "invoice_id": str(INVOICE), "number": self.receivable["number"], "prepared_at": _now()}
        if self.letter is None or status not in ("", self.letter):
            return _page()
        return _page(facts | {"status": self.letter})

    def known_actions(self) -> list[dict[str, str]]:
        return [] if self.letter is None else [{"key": STEP, "status": self.letter}]

    def heard_receivables(self) -> list[dict[str, Any]]:
        return [] if self.heard is None else [{"invoice_id": str(INVOICE), "version": self.heard}]

    async def take(self, invoice_id: UUID, request: Request) -> None:
        InvoiceIssued.model_validate(receivable := await request.json())
        assert str(invoice_id) == receivable["invoice_id"]
        self.taken.append(receivable)
        self.heard, self.letter = receivable["version"], "withdrawn"


def _page(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next": None}


def _now() -> str:
    return datetime.now(UTC).isoformat()

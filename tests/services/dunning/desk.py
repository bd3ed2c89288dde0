"""How the tests speak to dunning: receivables come in, people and the workflow ask, facts come out."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
from sqlmodel import col, select

from chassis.auth import Role
from chassis.clock import Now
from chassis.database import Sessions
from chassis.outbox import OutboxMessage
from contracts.dunning import (
    CaseState,
    Decision,
    DecisionRecord,
    DunningCase,
    Outcome,
    PlannedStep,
    Reason,
    StepTurn,
)
from contracts.events import AuditRecorded, InvoiceIssued
from contracts.receivable import Receivable
from services.dunning.cases import store
from services.dunning.cases.following import follow
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner
from tests.support.tokens import Keys
from workflows.dunning.plan import next_turn

ISSUED = datetime(2026, 1, 5, 10, tzinfo=UTC)
"""A Monday, 26 days before the receivable of the examples is due."""


class Time(Now):
    """Business time as a test sets it."""

    def __init__(self, at: datetime = ISSUED) -> None:
        super().__init__()
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def ago(self, span: timedelta) -> datetime:
        return self.at - span


def a_receivable(**changes: Any) -> Receivable:
    """F-2026-00042, 1,200 EUR, due on Saturday 2026-01-31."""
    customer = InvoiceIssued.example["customer"] | changes.pop("customer", {})
    fresh = {"invoice_id": str(uuid4()), "customer": customer}
    return Receivable.model_validate(InvoiceIssued.example | fresh | changes)


def later(receivable: Receivable, **changes: Any) -> Receivable:
    """The receivable one version on."""
    data = receivable.model_dump(mode="json")
    return Receivable.model_validate(data | {"version": receivable.version + 1} | changes)


def settled(receivable: Receivable) -> Receivable:
    return later(receivable, balance="0.00", status="settled")


def on(day: str, hour: int = 12) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=hour)


@dataclass
class Desk:
    http: httpx2.AsyncClient
    keys: Keys
    sessions: Sessions
    time: Time
    heard: int = field(default=0)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        role: Role = Role.ADMIN,
        organisation: str = "demo",
        **options: Any,
    ) -> httpx2.Response:
        headers = self.keys.bearer(role, organisation=organisation) | options.pop("headers", {})
        return await self.http.request(method, path, json=body, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        answer = await self.ask("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: object = None, *, status: int = 200, **options: Any) -> Any:
        answer = await self.ask(method, path, body, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def take(self, *receivables: Receivable, again: bool = False) -> None:
        """As the events bring them, in this order."""
        for receivable in receivables:
            async with self.sessions() as session, session.begin():
                await follow(session, receivable, now=self.time(), again=again)

    async def case(self, receivable: Receivable) -> Case:
        async with self.sessions() as session:
            case = await store.case_of(session, receivable.organisation, receivable.invoice_id)
        assert case is not None
        return case

    async def contract(self, receivable: Receivable) -> DunningCase:
        """The workflow's input."""
        async with self.sessions() as session:
            case = await store.case_of(session, receivable.organisation, receivable.invoice_id)
            assert case is not None
            return await Planner(session, receivable.organisation).contract_of(case)

    async def facts(self) -> list[str]:
        """The types of the events since the last call, with their reasons: `case.opened default`."""
        async with self.sessions() as session, session.begin():
            statement = select(OutboxMessage).where(col(OutboxMessage.position) > self.heard)
            statement = statement.where(col(OutboxMessage.subject) != AuditRecorded.type)
            rows = (await session.exec(statement.order_by(col(OutboxMessage.position)))).all()
        self.heard = max([self.heard, *(row.position or 0 for row in rows)])
        return [_told(row) for row in rows]

    async def journal(self, receivable: Receivable) -> list[tuple[str, str]]:
        """(outcome, reason), oldest first."""
        page = await self.get(f"/journal?invoice_id={receivable.invoice_id}&limit=200")
        return [(entry["outcome"], entry["reason"]) for entry in reversed(page["items"])]

    async def turn(self, receivable: Receivable) -> StepTurn:
        """The next turn of the case's workflow, as it is now."""
        case = await self.contract(receivable)
        turn = next_turn(case, now=self.time())
        assert turn is not None
        return a_turn(case, turn.planned, turn.superseded, turn.next_moment)

    async def decide(self, receivable: Receivable, *, status: int = 201, **decision: Any) -> Any:
        """Record a decision on the next turn; it acted unless told otherwise."""
        record = a_record(await self.turn(receivable), at=self.time(), **decision)
        return await self.record(record, status=status)

    async def record(self, record: DecisionRecord, *, status: int = 201) -> Any:
        path = f"/cases/{record.turn.invoice_id}/decisions"
        return await self.send("POST", path, record.model_dump(mode="json"), status=status, role=Role.SERVICE)


async def not_paused_any_more(desk: Desk, receivable: Receivable) -> None:
    """As no code leaves a case: something still holds it, and cannot be lifted."""
    async with desk.sessions() as session, session.begin():
        case = await store.lock_case(session, receivable.organisation, receivable.invoice_id)
        assert case is not None
        case.state = CaseState.ACTIVE


def a_turn(
    case: DunningCase, planned: PlannedStep, superseded: tuple[PlannedStep, ...] = (), following: datetime | None = None
) -> StepTurn:
    return StepTurn(
        organisation=case.organisation,
        invoice_id=case.invoice_id,
        scenario=case.scenario.key,
        version=case.scenario.version,
        run=case.run,
        planned=planned,
        superseded=superseded,
        superseded_if_reached=True,
        next_moment=following,
        calendar=case.calendar,
        clock=case.clock,
        turn_id=uuid4(),
    )


def a_record(turn: StepTurn, *, at: datetime, **decision: Any) -> DecisionRecord:
    facts = {"outcome": Outcome.CARRIED_OUT, "reason": Reason.DUE} | decision
    return DecisionRecord(turn=turn, decision=Decision.model_validate(facts), decided_at=at)


def _told(row: OutboxMessage) -> str:
    body = json.loads(row.body)
    name = row.subject.removeprefix("dunning.").removesuffix(".v1")
    return " ".join(str(part) for part in (name, body.get("step"), body["reason"]) if part)


def a_customer() -> str:
    return str(uuid4())

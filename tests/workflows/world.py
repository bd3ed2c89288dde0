"""The services around the dunning workflow, as a few dictionaries behind real HTTP requests and answers."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx2
from temporalio import activity

from chassis.http import Peer
from contracts.actions import ActionStatus
from contracts.clock import Clock
from contracts.dunning import CaseState, Circumstances, DecisionRecord, DunningCase, Hold, Outcome, StepTurn
from contracts.parties import Address, Contact, CustomerKind, Language, Seller
from contracts.receivable import ReceivableCustomer, ReceivableStatus, ReceivableView
from contracts.scenario import Calendar, Conditions, Scenario, ScenarioContent, Step, StepKind
from tests.support.tokens import Keys
from workflows.dunning.plan import settled_by
from workflows.dunning.scenario import STANDARD

UNKNOWN = httpx2.Response(404, json={"type": "urn:relance:problem:no"})
SELLER = Seller(name="Relance SARL", address=Address(lines=["1 rue de la Paix"], city="Paris", postal_code="75002"))
NOTICE_FOR_CONSUMERS = ScenarioContent(
    key="consumers",
    name="consumers",
    steps=[
        *STANDARD.steps[:2],
        Step(
            key="formal-notice",
            days=30,
            kind=StepKind.LETTER,
            template="formal-notice",
            conditions=Conditions(customer_kinds=[CustomerKind.CONSUMER]),
        ),
        STANDARD.steps[3],
    ],
)
"""Its letter, on day 30, is not for the customer of the examples."""


def published(content: ScenarioContent, version: int = 1) -> Scenario:
    return Scenario(**content.model_dump(), version=version)


def server_time() -> datetime:
    """Real time as the server that skips it has it; known inside an activity."""
    return activity.info().started_time


def a_case(
    *, due: str, scenario: ScenarioContent = STANDARD, done: tuple[str, ...] = (), clock: Clock | None = None
) -> DunningCase:
    return DunningCase(
        case_id=uuid4(),
        organisation="demo",
        invoice_id=uuid4(),
        customer_id=uuid4(),
        due_date=date.fromisoformat(due),
        scenario=published(scenario),
        calendar=Calendar(),
        clock=clock or Clock(),
        done=done,
    )


@dataclass
class World:
    """Billing, dunning and notify for one case, which is as dunning has it. Time is the test server's."""

    case: DunningCase
    keys: Keys
    status: ReceivableStatus = ReceivableStatus.OPEN
    balance: Decimal = Decimal("1200.00")
    stale_by: timedelta = timedelta(0)
    holds: tuple[Hold, ...] = ()
    excluded: str | None = None
    email: str | None = "anne@garage-lefevre.example"
    minimum_balance: Decimal = Decimal(0)
    state: CaseState = CaseState.ACTIVE
    done: tuple[str, ...] = ()
    is_forgotten: bool = False
    """By billing, as after a restore to an earlier moment."""
    failures: list[httpx2.Response] = field(default_factory=list)
    action_status: ActionStatus = ActionStatus.SENT
    action_evidence: dict[str, str] = field(default_factory=lambda: {"message_id": "<1@relance.test>"})
    lost_answers: int = 0
    """Messages whose request gets no answer although they were taken."""
    on_its_way: int = 0
    """How often notify says of such a message that it is on its way, before it knows what became of it."""
    asked: list[str] = field(default_factory=list)
    """The keys of all requests to act."""
    acts: dict[str, dict[str, Any]] = field(default_factory=dict)
    acted_at: dict[str, datetime] = field(default_factory=dict)
    records: dict[UUID, DecisionRecord] = field(default_factory=dict)
    out_of_step: list[StepTurn] = field(default_factory=list)
    """The turns of which the workflow said that they follow another case."""

    @property
    def steps(self) -> list[str]:
        """What was done, in order, by the names of the steps."""
        return [key.split(":")[2] for key in self.acts]

    @property
    def outcomes(self) -> list[tuple[str, Outcome, str]]:
        return [
            (record.turn.planned.step.key, record.decision.outcome, str(record.decision.reason))
            for record in self.records.values()
        ]

    def peer(self) -> Peer:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))
        return Peer(client, "http://relance.test", self.keys.mint(), "tests")

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if re.fullmatch(r"/receivables/[^/]+", path):
            return UNKNOWN if self.is_forgotten else _json(self.receivable())
        if path.endswith("/pdf"):
            return UNKNOWN if self.is_forgotten else httpx2.Response(200, content=b"%PDF-1.7 invoice")
        if path.endswith("/circumstances"):
            return _json(self.circumstances())
        if path.endswith("/out-of-step"):
            self.out_of_step.append(StepTurn.model_validate_json(request.content))
            return httpx2.Response(200, json={"is_told": True})
        if path.endswith("/decisions"):
            return self.journal(DecisionRecord.model_validate_json(request.content))
        if "/decisions/" in path:
            record = self.records.get(UUID(path.rsplit("/", 1)[1]))
            return _json(record.decision) if record else UNKNOWN
        if path.startswith("/actions/"):
            return self.known(path.removeprefix("/actions/"))
        if path in ("/messages", "/letters", "/tasks"):
            return self.act(json.loads(request.content))
        raise AssertionError(f"nobody answers {path}")

    def receivable(self) -> ReceivableView:
        case = self.case
        contact = Contact(
            customer_id=case.customer_id,
            name="Garage Lefèvre",
            kind=CustomerKind.PROFESSIONAL,
            language=Language.FRENCH,
            address=Address(lines=["12 rue des Lilas"], postal_code="69003", city="Lyon"),
            email=self.email,
        )
        return ReceivableView(
            invoice_id=case.invoice_id,
            number="F-2026-00042",
            organisation=case.organisation,
            customer=ReceivableCustomer(
                customer_id=case.customer_id, kind=contact.kind, language=contact.language, country="FR"
            ),
            issue_date=case.due_date - timedelta(days=30),
            due_date=case.due_date,
            total=Decimal("1200.00"),
            balance=self.balance if self.status is ReceivableStatus.OPEN else Decimal(0),
            currency="EUR",
            status=self.status,
            version=1,
            as_of=server_time() - self.stale_by,
            contact=contact,
            seller=SELLER,
        )

    def circumstances(self) -> Circumstances:
        return Circumstances(
            scenario=self.case.scenario.key,
            version=self.case.scenario.version,
            run=self.case.run,
            due_date=self.case.due_date,
            state=self.state,
            excluded=self.excluded,
            holds=self.holds,
            minimum_balance=self.minimum_balance,
            done=self.done,
        )

    def journal(self, record: DecisionRecord) -> httpx2.Response:
        self.records.setdefault(record.turn.turn_id, record)
        self.done += tuple(planned.mark for planned in settled_by(record.turn, record.decision))
        return httpx2.Response(201, json={"id": str(uuid4())})

    def known(self, key: str) -> httpx2.Response:
        if key not in self.acts:
            return httpx2.Response(404, json={"type": "urn:relance:problem:not_found"})
        if self.on_its_way:
            self.on_its_way -= 1
            return httpx2.Response(200, json=self.acts[key] | {"status": ActionStatus.SENDING})
        return httpx2.Response(200, json=self.acts[key])

    def act(self, body: dict[str, Any]) -> httpx2.Response:
        self.asked.append(body["key"])
        if self.failures:
            return self.failures.pop(0)
        outcome = {
            "key": body["key"],
            "status": self.action_status,
            "recipient": body.get("recipient", "somebody"),
            "reason": None,
            "evidence": self.action_evidence,
            "at": body["at"],
        }
        self.acts.setdefault(body["key"], outcome)
        self.acted_at.setdefault(body["key"], self.case.clock.business(server_time()))
        if self.lost_answers:
            self.lost_answers -= 1
            raise httpx2.ReadError("connection reset")
        return httpx2.Response(201, json=self.acts[body["key"]])


def _json(model: Any) -> httpx2.Response:
    return httpx2.Response(200, content=model.model_dump_json())

"""The console before real services with real databases, at a time that the test chooses; identity is a stand-in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

import services.dunning.main
import services.dunning.settings
import services.notify.main
import services.notify.settings
from chassis.app import create_app
from chassis.auth import Role
from chassis.database import Sessions
from contracts.dunning import Decision, DecisionRecord, Outcome, Reason, StepTurn
from contracts.events import MessageBounced
from contracts.receivable import Receivable
from deploy.local.ports import free_port
from services.console.main import create_app as create_console
from services.console.settings import Settings
from services.dunning.cases import store
from services.dunning.cases.following import follow
from services.dunning.cases.planning import Planner
from services.dunning.returned.use_cases import JournalReturned
from tests.services.billing.office import Office, a_line, an_office
from tests.services.console.identity import StandInIdentity
from tests.services.notify.bounces.mails import a_mail
from tests.services.notify.relays import Relay, a_relay
from tests.support.lent import Pool
from tests.support.serving import served
from tests.support.tokens import Keys
from workflows.dunning.plan import next_turn

DatabaseOf = Callable[[str], Awaitable[str]]
NOWHERE = "nats://127.0.0.1:1"


@dataclass
class Place:
    """`now` is that of billing's office: all of them follow it."""

    app: FastAPI
    identity: StandInIdentity
    office: Office
    dunning: FastAPI
    notify: FastAPI
    url: str
    keys: Keys
    relay: Relay

    def at(self, day: str, hour: int = 10) -> None:
        self.office.now = datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)

    async def owes(self, name: str = "Garage Lefèvre", *, due: str, amount: str = "1000.00", **customer: Any) -> Any:
        """An issued invoice of this net amount, of a new customer unless `to` is one; its case is open."""
        to = customer.pop("to", None) or await self.office.customer(name=name, **customer)
        invoice = await self.office.issue(to, a_line("1", amount), due=due)
        await self.follow(invoice["id"])
        return invoice

    async def pays(self, invoice: Any, amount: str, payment_id: str = "", day: str = "") -> None:
        body = {
            "payment_id": payment_id or str(uuid4()),
            "amount": amount,
            "currency": "EUR",
            "received_on": day or self.office.now.date().isoformat(),
            "method": "transfer",
            "invoice_number": invoice["number"] if invoice else None,
        }
        await self.office.do("POST", "/payments", body)
        if invoice:
            await self.follow(invoice["id"])

    async def follow(self, invoice_id: str) -> None:
        """Dunning hears of the receivable as it is."""
        view = await self.office.do("GET", f"/receivables/{invoice_id}")
        sessions: Sessions = self.dunning.state.sessions
        async with sessions() as session, session.begin():
            await follow(session, Receivable.model_validate(view), now=self.office.now, again=False)

    async def steps(self, invoice: Any, **evidence: str) -> None:
        """The next step of the case is carried out."""
        sessions: Sessions = self.dunning.state.sessions
        async with sessions() as session:
            case = await store.case_of(session, "demo", UUID(invoice["id"]))
            assert case is not None
            contract = await Planner(session, "demo").contract_of(case)
        turn = next_turn(contract, now=self.office.now)
        assert turn is not None
        taken = StepTurn(
            organisation="demo", invoice_id=contract.invoice_id, scenario=contract.scenario.key,
            version=contract.scenario.version, planned=turn.planned, superseded=turn.superseded,
            superseded_if_reached=turn.superseded_if_reached, next_moment=turn.next_moment,
            calendar=contract.calendar, clock=contract.clock, turn_id=uuid4(),
        )  # fmt: skip
        decision = Decision(outcome=Outcome.CARRIED_OUT, reason=Reason.DUE, evidence=evidence)
        record = DecisionRecord(turn=taken, decision=decision, decided_at=self.office.now)
        path = f"/cases/{invoice['id']}/decisions"
        await self.ask(self.dunning, "POST", path, record.model_dump(mode="json"), Role.SERVICE)

    async def calls(self, invoice: Any, *, due: str, assignee: str = "collector") -> Any:
        """A call about this invoice is planned."""
        asked = {"key": f"{invoice['id']}:standard:call:1", "assignee": assignee, "due_on": due, "template": "call"}
        return await self.ask(self.notify, "POST", "/tasks", asked | await self._about(invoice), Role.SERVICE)

    async def writes(self, invoice: Any) -> Any:
        """A letter about this invoice is prepared."""
        asked = {"key": f"{invoice['id']}:standard:letter:1", "template": "formal-notice"}
        return await self.ask(self.notify, "POST", "/letters", asked | await self._about(invoice), Role.SERVICE)

    async def mails(self, invoice: Any, to: str) -> Any:
        """A reminder of this invoice is sent."""
        asked = {"key": f"{invoice['id']}:standard:first-reminder:1", "template": "first-reminder", "recipient": to}
        return await self.ask(self.notify, "POST", "/messages", asked | await self._about(invoice), Role.SERVICE)

    async def gives_back(self, sent: Any) -> None:
        """A mail server gives that reminder back, and dunning hears of it."""
        mail = a_mail("postfix", sent["evidence"]["message_id"][1:33])
        transport = httpx2.ASGITransport(self.notify)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
            headers = self.keys.bearer(Role.ADMIN) | {"content-type": "message/rfc822"}
            (await client.post("/bounces", content=mail, headers=headers)).raise_for_status()
        told = {"key": sent["key"], "recipient": sent["recipient"], "reason": "550 5.1.1 no such user"}
        sessions: Sessions = self.dunning.state.sessions
        async with sessions() as session, session.begin():
            await JournalReturned(lambda: self.office.now)(
                MessageBounced.model_validate(MessageBounced.example | told), session
            )

    async def _about(self, invoice: Any) -> dict[str, Any]:
        view = await self.office.do("GET", f"/receivables/{invoice['id']}")
        late = (self.office.now.date() - datetime.fromisoformat(view["due_date"]).date()).days
        today = self.office.now.date().isoformat()
        context = {"about": "receivable", "receivable": view, "step": "step", "today": today, "days_late": late}
        return {"context": context, "at": self.office.now.isoformat()}

    async def ask(self, app: FastAPI, method: str, path: str, body: object = None, *roles: Role) -> Any:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service", timeout=60) as client:
            answer = await client.request(method, path, json=body, headers=self.keys.bearer(*roles))
        assert answer.is_success, answer.text
        return answer.json()


@asynccontextmanager
async def a_place(
    database_of: DatabaseOf, keys: Keys, pool: Pool | None = None, *, nats_url: str = NOWHERE, prints: bool = False
) -> AsyncIterator[Place]:
    """`prints`: with the processes of notify, which calls and letters need. Without a `pool` each starts its own."""
    identity = StandInIdentity(keys)
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(an_office(await database_of("billing"), keys))
        if pool:
            pool.lend(office.app.state.printer)
        await office.sells()
        shared: dict[str, Any] = {"auth_jwks": str(keys.jwks), "signing_key": keys.private}
        dunning = create_app(
            services.dunning.main.SERVICE,
            services.dunning.settings.Settings(database_url=SecretStr(await database_of("dunning")), **shared),
        )
        relay = await stack.enter_async_context(a_relay())
        notify = create_app(
            services.notify.main.SERVICE if prints else replace(services.notify.main.SERVICE, opens=()),
            services.notify.settings.Settings(
                database_url=SecretStr(await database_of("notify")), template_workers=1, smtp_port=relay.port, **shared
            ),
        )
        for app in (dunning, notify):
            app.state.now = lambda: office.now
            await stack.enter_async_context(app.router.lifespan_context(app))
        if prints and pool:
            pool.lend(notify.state.renderer, notify.state.press.letters, notify.state.press.batches)
        office.app.state.now = lambda: office.now
        named = {"identity": identity.app(), "billing": office.app, "dunning": dunning, "notify": notify}
        urls = {f"{name}_url": await stack.enter_async_context(served(app)) for name, app in named.items()}
        port = free_port()
        urls["console_url"] = f"http://127.0.0.1:{port}"
        console = create_console(Settings(auth_jwks=str(keys.jwks), nats_url=nats_url, **urls))  # type: ignore[arg-type]
        console.state.now = lambda: office.now
        await stack.enter_async_context(console.router.lifespan_context(console))
        url = await stack.enter_async_context(served(console, port))
        yield Place(console, identity, office, dunning, notify, url, keys, relay)

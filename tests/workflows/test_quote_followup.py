"""The follow-up of a quote on a server that skips time: each path that a quote can take.

The quote is sent on Monday 2026-01-05 at 10:00 UTC and valid until Wednesday 2026-02-04; the organisation is in Paris.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from chassis.http import Peer
from contracts import quote_followup
from contracts.clock import Clock
from contracts.quote_followup import QuoteFollowUp
from tests.support.tokens import Keys
from tests.workflows import histories
from tests.workflows.hourly import Hourly
from workflows.quote_followup import plan
from workflows.quote_followup.activities import QuoteFollowUpActivities
from workflows.quote_followup.workflow import FollowUpQuote

KIND = "quote_followup"
SENT_AT = datetime(2026, 1, 5, 10, tzinfo=UTC)
EXPIRES_AT = datetime(2026, 2, 4, 23, tzinfo=UTC)


def a_follow_up(*, days: int = 7, sent_at: datetime = SENT_AT, clock: Clock | None = None) -> QuoteFollowUp:
    return QuoteFollowUp(
        organisation="demo",
        quote_id=UUID("0197f3c2-0000-7000-8000-000000000001"),
        sent_at=sent_at,
        follow_up_days=days,
        valid_until=date(2026, 2, 4),
        expires_at=EXPIRES_AT,
        clock=clock or Clock(),
    )


def server_time() -> datetime:
    """Real time as the server that skips it has it; known inside an activity."""
    return activity.info().started_time


@dataclass
class World:
    """Quotes, billing and notify around one quote, behind real HTTP requests and answers."""

    case: QuoteFollowUp
    status: str = "sent"
    email: str | None = "anne@garage-lefevre.example"
    mail_status: str = "sent"
    link: str | None = "https://console.example/q/secret"
    failures: list[httpx2.Response] = field(default_factory=list)
    mails: dict[str, dict[str, Any]] = field(default_factory=dict)
    mailed_at: list[datetime] = field(default_factory=list)
    expired_at: list[datetime] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [key.split(":", 1)[1] for key in self.mails]

    def now(self) -> datetime:
        return self.case.clock.business(server_time())

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == f"/quotes/{self.case.quote_id}":
            return httpx2.Response(200, json=self.quote())
        if path == f"/quotes/{self.case.quote_id}/pdf":
            return httpx2.Response(200, content=b"%PDF-1.7 quote")
        if path == f"/quotes/{self.case.quote_id}/link":
            return httpx2.Response(200, json={"url": self.link}) if self.link else httpx2.Response(404, json={})
        if path == f"/quotes/{self.case.quote_id}/expire":
            return self.expire()
        if path == "/seller":
            return httpx2.Response(200, json={"name": "Atelier Brun", "address": {"lines": ["1"], "city": "Nantes"}})
        if path.endswith("/contact"):
            return httpx2.Response(200, json=self.contact())
        if path == "/messages":
            return self.mail(json.loads(request.content))
        raise AssertionError(f"nobody answers {path}")

    def quote(self) -> dict[str, Any]:
        return {
            "id": str(self.case.quote_id),
            "status": self.status,
            "number": "D-2026-00012",
            "customer_id": str(uuid4()),
            "sent_on": "2026-01-05",
            "valid_until": "2026-02-04",
            "total": "1200.00",
            "total_without_vat": "1000.00",
            "currency": "EUR",
            "subject": "Entretien annuel",
            "order_reference": None,
        }

    def contact(self) -> dict[str, Any]:
        address = {"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon"}
        names = {"customer_id": str(uuid4()), "name": "Garage Lefèvre", "kind": "professional", "language": "fr"}
        return names | {"address": address, "email": self.email}

    def mail(self, body: dict[str, Any]) -> httpx2.Response:
        if self.failures:
            return self.failures.pop(0)
        if body["key"] not in self.mails:
            self.mails[body["key"]] = body
            self.mailed_at.append(self.now())
        outcome = {"status": self.mail_status, "reason": None, "evidence": {}, "at": body["at"]}
        return httpx2.Response(200, json=outcome | {"key": body["key"], "recipient": body["recipient"]})

    def expire(self) -> httpx2.Response:
        if self.now() < EXPIRES_AT:
            return httpx2.Response(409, json={"type": "urn:relance:problem:quote_still_valid"})
        self.expired_at.append(self.now())
        self.status = "expired" if self.status == "sent" else self.status
        return httpx2.Response(200, json=self.quote())


@dataclass
class FollowUp:
    env: WorkflowEnvironment
    world: World
    handle: WorkflowHandle[FollowUpQuote, str]

    async def at(self, moment: datetime) -> None:
        """Let time pass until that business instant."""
        await self.env.sleep(self.world.case.clock.real(moment) - await self.env.get_current_time())
        await asyncio.sleep(0.1)

    async def answered(self, status: str) -> None:
        self.world.status = status
        await self.handle.signal(FollowUpQuote.close)


@dataclass
class Stage:
    env: WorkflowEnvironment
    keys: Keys
    stack: AsyncExitStack
    record_as: str | None
    handle: WorkflowHandle[FollowUpQuote, str] | None = None

    async def start(self, *, days: int = 7, now: datetime = SENT_AT, speed: float = 1, **facts: object) -> FollowUp:
        """A quote sent on SENT_AT whose follow-up starts at the business instant `now`."""
        clock = Clock(origin=now, started=await self.env.get_current_time(), speed=speed)
        world = World(a_follow_up(days=days, clock=clock))
        for name, value in facts.items():
            setattr(world, name, value)
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(world.answer))
        peer = Peer(client, "http://relance.test", self.keys.mint(), "tests")
        activities = QuoteFollowUpActivities(billing=peer, quotes=peer, notify=peer, now=server_time)
        worker = Worker(
            self.env.client,
            task_queue="quotes",
            workflows=[FollowUpQuote],
            activities=list(activities.all()),
            interceptors=[Hourly()],
        )
        await self.stack.enter_async_context(worker)
        self.handle = await self.env.client.start_workflow(
            FollowUpQuote.run, world.case, id=quote_followup.workflow_id(world.case.quote_id), task_queue="quotes"
        )
        return FollowUp(self.env, world, self.handle)

    async def keep_history(self) -> None:
        if self.record_as is not None and self.handle is not None:
            await histories.keep(self.handle, KIND, self.record_as)


@pytest.fixture
async def quotes(temporal: WorkflowEnvironment, keys: Keys, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    name = histories.kept_as(request)
    async with AsyncExitStack() as stack:
        stage = Stage(temporal, keys, stack, name)
        yield stage
        await stage.keep_history()


async def test_a_quote_that_nobody_answers_is_mailed_followed_up_once_and_expires(quotes: Stage) -> None:
    follow_up = await quotes.start()

    assert await follow_up.handle.result() == "expired"

    world = follow_up.world
    assert world.names == ["quote:send:1", "quote:follow-up:1"]
    assert [f"{at:%m-%d %H}" for at in world.mailed_at] == ["01-05 10", "01-12 08"]
    assert timedelta(0) <= world.expired_at[0] - EXPIRES_AT < timedelta(seconds=5)
    templates = [mail["template"] for mail in world.mails.values()]
    assert templates == ["quote", "quote-follow-up"]


async def test_both_mails_carry_the_pdf_and_make_one_conversation(quotes: Stage) -> None:
    follow_up = await quotes.start()
    await follow_up.at(SENT_AT + timedelta(days=8))

    mails = list(follow_up.world.mails.values())
    assert {mail["thread"] for mail in mails} == {f"{follow_up.world.case.quote_id}:quote"}
    assert [mail["attachments"][0]["filename"] for mail in mails] == ["D-2026-00012.pdf"] * 2
    assert [mail["context"]["today"] for mail in mails] == ["2026-01-05", "2026-01-12"]
    assert {mail["recipient"] for mail in mails} == {"anne@garage-lefevre.example"}


@pytest.mark.parametrize("link", ["https://console.example/q/secret", None])
async def test_both_mails_lead_to_the_page_of_the_quote_unless_its_link_was_revoked(
    quotes: Stage, link: str | None
) -> None:
    follow_up = await quotes.start(link=link)
    await follow_up.at(SENT_AT + timedelta(days=8))

    assert [mail["context"]["link"] for mail in follow_up.world.mails.values()] == [link, link]


@pytest.mark.parametrize("status", ["accepted", "refused"])
async def test_an_answer_before_the_follow_up_stops_it(quotes: Stage, status: str) -> None:
    follow_up = await quotes.start()
    await follow_up.at(SENT_AT + timedelta(days=3))
    await follow_up.answered(status)

    assert await follow_up.handle.result() == "closed"
    assert follow_up.world.names == ["quote:send:1"]
    assert follow_up.world.expired_at == []


async def test_an_answer_after_the_follow_up_leaves_nothing_to_expire(quotes: Stage) -> None:
    follow_up = await quotes.start()
    await follow_up.at(SENT_AT + timedelta(days=20))
    await follow_up.answered("accepted")

    assert await follow_up.handle.result() == "closed"
    assert follow_up.world.names == ["quote:send:1", "quote:follow-up:1"]
    assert follow_up.world.expired_at == []


async def test_an_answer_that_no_signal_told_of_stops_the_follow_up(quotes: Stage) -> None:
    follow_up = await quotes.start()
    await follow_up.at(SENT_AT + timedelta(days=3))
    follow_up.world.status = "accepted"

    assert await follow_up.handle.result() == "accepted"
    assert follow_up.world.names == ["quote:send:1"]


async def test_a_relay_that_defers_is_tried_again(quotes: Stage) -> None:
    busy = httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred", "detail": "451 try later"})
    late = httpx2.Response(409, json={"type": "urn:relance:problem:too_late"})
    follow_up = await quotes.start(failures=[busy, late, busy])
    await follow_up.at(SENT_AT + timedelta(minutes=5))

    assert follow_up.world.names == ["quote:send:1"]


async def test_a_relay_that_stays_away_for_a_day_only_puts_the_quote_off(quotes: Stage) -> None:
    busy = [httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred"}) for _ in range(40)]
    follow_up = await quotes.start(failures=busy)
    await follow_up.at(SENT_AT + timedelta(days=2))

    assert follow_up.world.names == ["quote:send:1"]
    # a day of tries, ten of them within four minutes, then one each hour; the few that are left begin anew
    assert timedelta(hours=23) < follow_up.world.mailed_at[0] - SENT_AT < timedelta(hours=24, minutes=10)


async def test_a_quote_refused_by_the_relay_is_not_followed_up_and_expires(quotes: Stage) -> None:
    follow_up = await quotes.start(mail_status="failed")

    assert await follow_up.handle.result() == "expired"
    assert follow_up.world.names == ["quote:send:1"]


async def test_a_mail_that_may_have_left_is_not_sent_again(quotes: Stage) -> None:
    follow_up = await quotes.start(mail_status="uncertain")
    await follow_up.at(SENT_AT + timedelta(days=8))

    assert follow_up.world.names == ["quote:send:1", "quote:follow-up:1"]


async def test_a_customer_without_an_address_gets_nothing(quotes: Stage) -> None:
    follow_up = await quotes.start(email=None)

    assert await follow_up.handle.result() == "expired"
    assert follow_up.world.mails == {}


async def test_a_follow_up_that_would_come_after_the_validity_is_left_out(quotes: Stage) -> None:
    follow_up = await quotes.start(days=31)

    assert await follow_up.handle.result() == "expired"
    assert follow_up.world.names == ["quote:send:1"]


async def test_a_quote_whose_validity_ended_during_an_outage_is_not_mailed(quotes: Stage) -> None:
    follow_up = await quotes.start(now=EXPIRES_AT + timedelta(days=2))

    assert await follow_up.handle.result() == "expired"
    assert follow_up.world.mails == {}


async def test_on_a_fast_clock_a_month_passes_in_half_a_minute(quotes: Stage) -> None:
    follow_up = await quotes.start(speed=86_400)

    assert await follow_up.handle.result() == "expired"
    assert follow_up.world.names == ["quote:send:1", "quote:follow-up:1"]
    real_ends = [follow_up.world.case.clock.real(at) for at in (SENT_AT, follow_up.world.expired_at[0])]
    assert timedelta(seconds=30) < real_ends[1] - real_ends[0] < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("sent_at", "days", "moment"),
    [
        ("2026-01-05T10:00Z", 7, "2026-01-12T08:00Z"),
        ("2026-01-05T23:30Z", 7, "2026-01-13T08:00Z"),  # already the 6th in Paris
        ("2026-01-05T10:00Z", 5, "2026-01-12T08:00Z"),  # a Saturday
        ("2025-12-25T10:00Z", 7, "2026-01-02T08:00Z"),  # New Year's Day
        ("2026-01-05T10:00Z", 30, "2026-02-04T08:00Z"),  # the last day
        ("2026-01-05T10:00Z", 31, None),
    ],
)
def test_the_follow_up_comes_at_the_sending_hour_of_a_working_day(sent_at: str, days: int, moment: str | None) -> None:
    expected = datetime.fromisoformat(moment.replace("Z", "+00:00")) if moment else None

    sent = datetime.fromisoformat(sent_at.replace("Z", "+00:00"))
    assert plan.follow_up_moment(a_follow_up(days=days, sent_at=sent)) == expected


@pytest.mark.parametrize("history", histories.recorded(KIND), ids=lambda path: path.stem)
async def test_old_runs_still_replay(history: Path) -> None:
    replayer = Replayer(workflows=[FollowUpQuote], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(histories.load(history))

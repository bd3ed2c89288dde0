"""The overdue list of one person on a server that skips time: what is asked of whom, and what is mailed.

It is due on Monday 2026-02-09 at 08:00 in Paris.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from chassis.http import Peer
from contracts.clock import Clock
from contracts.overdue_list import OverdueListDue
from tests.support.tokens import Keys
from tests.workflows import histories
from tests.workflows.hourly import Hourly
from workflows.overdue_list.activities import Delivery, OverdueListActivities
from workflows.overdue_list.figures import LARGEST_FILE
from workflows.overdue_list.workflow import SendOverdueList

KIND = "overdue_list"
MONDAY = datetime(2026, 2, 9, 7, tzinfo=UTC)
FILE = "\ufeffNumber,Customer\r\nF-2026-00042,Garage Lefèvre\r\n".encode()


def server_time() -> datetime:
    """Real time as the server that skips it has it; known inside an activity."""
    return activity.info().started_time


def an_age(currency: str = "EUR", *, not_due: str = "500.00", late: str = "1234.50") -> dict[str, Any]:
    total = f"{float(not_due) + float(late):.2f}"
    ages = {"days_1_to_30": late, "days_31_to_60": "0.00", "days_61_to_90": "0.00", "days_over_90": "0.00"}
    return {"currency": currency, "not_due": not_due, "total": total, "invoices": 3} | ages


def a_payer(number: int) -> dict[str, Any]:
    names = {"customer_id": str(UUID(int=number)), "customer_name": f"Customer {number}"}
    return an_age(late=f"{1000 - number}.00") | names


@dataclass
class World:
    """Dunning, billing and notify around one list, behind real HTTP requests and answers."""

    asked: bool = True
    are_away: bool = False
    language: str = "fr"
    ages: list[dict[str, Any]] = field(default_factory=lambda: [an_age()])
    payers: int = 2
    file: bytes = FILE
    lags: list[timedelta] = field(default_factory=list)
    mail_status: str = "sent"
    failures: list[httpx2.Response] = field(default_factory=list)
    mails: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path, query = request.url.path, dict(request.url.params)
        self.calls.append(path)
        if self.are_away:
            return httpx2.Response(503, json={})
        if path == "/messages":
            return self.mail(json.loads(request.content))
        if path == "/receivables/export":
            assert query == {"overdue": "true", "language": self.language}
            return httpx2.Response(200, content=self.file)
        return httpx2.Response(200, json=self.read(path, query)) if self.asked else httpx2.Response(404, json={})

    def read(self, path: str, query: dict[str, str]) -> Any:
        if path == "/overdue-lists/anne":
            mine = {"owner_name": "Anne Brun", "email": "anne@atelier-brun.example"}
            return mine | {"owner": "anne", "language": self.language, "until": "2026-08-10", "weekday": 0}
        if path == "/seller":
            return {"name": "Atelier Brun", "address": {"lines": ["1"], "city": "Nantes"}, "email": "f@atelier.example"}
        if path == "/receivables/aged":
            lag = self.lags.pop(0) if self.lags else timedelta(seconds=1)
            return {"day": "2026-02-09", "as_of": (server_time() - lag).isoformat(), "totals": self.ages}
        if path == "/receivables/totals":
            assert query["overdue"] == "true"
            is_new = query.get("max_days_late") == "7"
            return {"currencies": [{"currency": "EUR", "count": 1 if is_new else 2, "balance": "34.50"}]}
        if path == "/receivables/aged/customers":
            first = int(query.get("cursor", 0))
            last = min(self.payers, first + int(query["limit"]))
            following = str(last) if last < self.payers else None
            return {"items": [a_payer(number) for number in range(first, last)], "next": following}
        if path == "/receivables":
            assert (query["overdue"], query["limit"]) == ("true", "50")
            return {"items": [an_item()] if self.ages else [], "next": "more"}
        raise AssertionError(f"nobody answers {path}")

    def mail(self, body: dict[str, Any]) -> httpx2.Response:
        if self.failures:
            return self.failures.pop(0)
        self.mails.setdefault(body["key"], body)
        outcome = {"status": self.mail_status, "reason": None, "evidence": {}, "at": body["at"]}
        return httpx2.Response(200, json=outcome | {"key": body["key"], "recipient": body["recipient"]})


def an_item() -> dict[str, Any]:
    return {
        "number": "F-2026-00042", "customer_name": "Garage Lefèvre", "due_date": "2026-02-05", "days_late": 4,
        "currency": "EUR", "balance": "34.50", "total": "34.50", "status": "open",
    }  # fmt: skip


@dataclass
class Stage:
    env: WorkflowEnvironment
    keys: Keys
    stack: AsyncExitStack
    record_as: str | None
    handle: WorkflowHandle[SendOverdueList, Delivery] | None = None

    async def send(self, world: World) -> Delivery:
        clock = Clock(origin=MONDAY, started=await self.env.get_current_time())
        due = OverdueListDue(organisation="demo", owner="anne", day=date(2026, 2, 9), clock=clock)
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(world.answer))
        peer = Peer(client, "http://relance.test", self.keys.mint(), "tests")
        activities = OverdueListActivities(peer, peer, peer, console="https://relance.example/", now=server_time)
        worker = Worker(
            self.env.client,
            task_queue="lists",
            workflows=[SendOverdueList],
            activities=list(activities.all()),
            interceptors=[Hourly()],
        )
        await self.stack.enter_async_context(worker)
        self.handle = await self.env.client.start_workflow(SendOverdueList.run, due, id=due.key, task_queue="lists")
        return await self.handle.result()

    async def keep_history(self) -> None:
        if self.record_as is not None and self.handle is not None:
            await histories.keep(self.handle, KIND, self.record_as)


@pytest.fixture
async def lists(temporal: WorkflowEnvironment, keys: Keys, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    name = histories.kept_as(request)
    async with AsyncExitStack() as stack:
        stage = Stage(temporal, keys, stack, name)
        yield stage
        await stage.keep_history()


async def test_the_list_is_mailed_once_with_figures_and_file(lists: Stage) -> None:
    world = World(ages=[an_age(late="100.00"), an_age("USD", not_due="0.00", late="300.00")])

    assert await lists.send(world) is Delivery.MADE

    ((key, mail),) = world.mails.items()
    assert key.startswith("overdue-list:")
    assert key.endswith(":2026-02-09")
    assert (mail["template"], mail["recipient"]) == ("overdue-list", "anne@atelier-brun.example")
    assert mail["at"][:16] == "2026-02-09T07:00"
    context = mail["context"]
    assert (context["about"], context["reader"], context["language"]) == ("overdue_list", "Anne Brun", "fr")
    assert (context["today"], context["until"]) == ("2026-02-09", "2026-08-10")
    assert context["link"] == "https://relance.example/receivables"
    assert [(each["currency"], each["total"]) for each in context["amounts"]] == [("USD", "300.00"), ("EUR", "100.00")]
    euros = context["amounts"][1]
    assert (euros["invoices"], euros["newly"], euros["newly_invoices"]) == (2, "34.50", 1)
    assert [each["name"] for each in context["late_payers"]] == ["Customer 0", "Customer 1"]
    assert [(each["number"], each["days_late"]) for each in context["invoices"]] == [("F-2026-00042", 4)]
    (file,) = mail["attachments"]
    assert (file["filename"], file["content_type"]) == ("en-retard-2026-02-09.csv", "text/csv")
    assert base64.b64decode(file["content"]) == FILE


async def test_nothing_is_overdue(lists: Stage) -> None:
    world = World(ages=[an_age(late="0.00")], payers=0)

    assert await lists.send(world) is Delivery.MADE

    (mail,) = world.mails.values()
    assert (mail["context"]["amounts"], mail["context"]["customers"], mail["attachments"]) == ([], 0, [])
    assert mail["context"]["has_file"] is False
    assert "/receivables/export" not in world.calls


async def test_who_stopped_the_list_gets_none(lists: Stage) -> None:
    world = World(asked=False)

    assert await lists.send(world) is Delivery.NEEDLESS
    assert world.calls == ["/overdue-lists/anne"]


async def test_late_customers_are_counted_a_page_at_a_time(lists: Stage) -> None:
    world = World(payers=450)

    await lists.send(world)

    (mail,) = world.mails.values()
    assert mail["context"]["customers"] == 450
    assert len(mail["context"]["late_payers"]) == 10
    assert world.calls.count("/receivables/aged/customers") == 3


async def test_too_many_to_count_are_not_counted(lists: Stage) -> None:
    world = World(payers=30_000)

    await lists.send(world)

    (mail,) = world.mails.values()
    assert mail["context"]["customers"] is None
    assert world.calls.count("/receivables/aged/customers") == 51


async def test_a_file_too_large_for_a_mail_is_left_out(lists: Stage) -> None:
    world = World(file=b"x" * (LARGEST_FILE + 1))

    await lists.send(world)

    (mail,) = world.mails.values()
    assert (mail["context"]["has_file"], mail["attachments"]) == (False, [])


async def test_the_list_waits_while_payments_wait_for_billing(lists: Stage) -> None:
    world = World(lags=[timedelta(minutes=20), timedelta(minutes=6)])

    assert await lists.send(world) is Delivery.MADE
    assert world.calls.count("/receivables/aged") == 3
    assert len(world.mails) == 1


async def test_a_relay_that_defers_is_tried_again(lists: Stage) -> None:
    busy = httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred", "detail": "451 try later"})
    world = World(failures=[busy, busy])

    assert await lists.send(world) is Delivery.MADE
    assert len(world.mails) == 1


@pytest.mark.parametrize(
    ("status", "delivery"), [("uncertain", Delivery.MADE), ("failed", Delivery.FAILED), ("bounced", Delivery.FAILED)]
)
async def test_what_the_relay_says_is_the_end_of_it(lists: Stage, status: str, delivery: Delivery) -> None:
    assert await lists.send(World(mail_status=status)) is delivery


async def test_services_that_stay_away_for_a_day_leave_that_list_out(lists: Stage) -> None:
    world = World(are_away=True)

    with pytest.raises(WorkflowFailureError):
        await lists.send(world)
    assert world.mails == {}


async def test_the_history_holds_no_name_no_address_and_no_amount(lists: Stage) -> None:
    await lists.send(World())

    assert lists.handle is not None
    history = await lists.handle.fetch_history()
    told = base64_texts(history.to_json())
    for kept in ("Anne", "atelier-brun", "Lefèvre", "1234.50", "34.50", "Customer"):
        assert kept not in told


def base64_texts(history: str) -> str:
    """What the payloads of a history say."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("data"), str):
                found.append(base64.b64decode(value["data"]).decode(errors="replace"))
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(json.loads(history))
    assert found
    return "\n".join(found)


@pytest.mark.parametrize("history", histories.recorded(KIND), ids=lambda path: path.stem)
async def test_old_runs_still_replay(history: Path) -> None:
    replayer = Replayer(workflows=[SendOverdueList], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(histories.load(history))

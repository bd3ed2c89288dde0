"""The page of operations, with billing on a real bus and the others out of its reach."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime

from nats.aio.client import Client as Nats

from chassis.auth import Role
from chassis.bus_access import Access
from chassis.caller import with_default_profiles
from chassis.database import Sessions
from chassis.operations.line import Line
from contracts.overdue_list import OverdueListDue
from contracts.parties import Language
from deploy.local.servers import NatsServer
from services.dunning.overdue_lists.schemas import OverdueListInput
from services.dunning.overdue_lists.use_cases import ask_for
from tests.chassis.operations.test_operations import poisoned
from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place
from workflows.failing import Trouble, Troubled


async def on_the_bus(place: Place, url: str) -> None:
    place.office.app.state.line = Line(Access.of(url), "billing")


async def test_what_is_out_of_reach_is_said_and_the_rest_shown(signed_in: Browser) -> None:
    page = await signed_in.get("/operations")

    words = words_of(page.text)
    assert page.status_code == 200
    assert "nats out of reach" in words
    assert "Does not answer" in words  # quotes, which is not there at all
    assert "Those of billing are unknown while it is out of reach." in words


async def test_a_message_that_nobody_could_work_with_is_shown_and_delivered_again(
    signed_in: Browser, place: Place, bus: Nats, nats_server: NatsServer
) -> None:
    await on_the_bus(place, nats_server.url)
    await poisoned(bus, json.dumps({"organisation": "demo", "amount": "<script>alert(1)</script>"}).encode())
    async with asyncio.timeout(10):
        while "Deliver it again" not in (page := await signed_in.get("/operations")).text:
            await asyncio.sleep(0.05)
    letter = page.text.partition("/operations/dead-letters/billing/")[2].partition("/")[0]

    answer = await signed_in.send(page, f"/operations/dead-letters/billing/{letter}/replay")
    again = await signed_in.send(page, f"/operations/dead-letters/billing/{letter}/replay")

    assert "<script>alert" not in page.text
    assert "amount: '12,50' is not a decimal string" in words_of(page.text)
    assert answer.headers["location"] == again.headers["location"] == "/operations#dead-letters"
    assert "It is not there any more." in words_of((await signed_in.get("/operations")).text)
    assert (await bus.jetstream().stream_info("PAYMENTS")).state.messages == 2
    await place.office.app.state.line.close()


async def test_an_overdue_list_that_failed_leads_to_the_lists(signed_in: Browser, place: Place) -> None:
    reader = replace(with_default_profiles("anne", "demo", [Role.VIEWER]), name="Anne <Brun>", email="a@brun.example")
    due = OverdueListDue(organisation="demo", owner="anne", day=date(2026, 1, 12))

    async def lists() -> list[Troubled]:
        return [Troubled(due.key, "run-1", Trouble.FAILED, datetime(2026, 1, 13, 8, tzinfo=UTC))]

    async def none() -> list[Troubled]:
        return []

    place.dunning.state.failing, place.dunning.state.failing_lists = none, lists
    sessions: Sessions = place.dunning.state.sessions
    async with sessions() as session, session.begin():
        await ask_for(session, reader, OverdueListInput(language=Language("en")), now=place.office.now)

    page = await signed_in.get("/operations")

    assert "Overdue list of Anne &lt;Brun&gt;, 12 Jan 2026" in words_of(page.text)
    assert 'href="/people/overdue-lists"' in page.text


async def test_who_may_not_see_operations_sees_no_page_and_no_entry(browser: Browser) -> None:
    await browser.sign_in("accountant")

    assert (await browser.get("/operations")).status_code == 403
    assert "/operations" not in (await browser.get("/today")).text

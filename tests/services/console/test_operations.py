"""The page of operations, with billing on a real bus and the others out of its reach."""

import asyncio
import json

from nats.aio.client import Client as Nats

from chassis.bus_access import Access
from chassis.operations.line import Line
from deploy.local.servers import NatsServer
from tests.chassis.operations.test_operations import poisoned
from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place


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


async def test_who_may_not_see_operations_sees_no_page_and_no_entry(browser: Browser) -> None:
    await browser.sign_in("accountant")

    assert (await browser.get("/operations")).status_code == 403
    assert "/operations" not in (await browser.get("/today")).text

"""Today: its tiles lead to all that they count, and its lists go on beyond that."""

import re
from uuid import UUID, uuid4

import pytest

from services.console.pages.today.api import COUNTED
from services.notify.messages.models import Message
from services.notify.messages.store import get_message
from tests.services.billing.office import a_line
from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place
from tests.services.console.test_returned import a_message


def listed(html: str, name: str, link: str) -> set[str]:
    """The ids that stand in the links or forms of this list."""
    section = html.partition(f'id="{name}"')[2].partition("</section>")[0]
    return set(re.findall(rf'"{link}([0-9a-f-]{{36}})', section))


async def drafts(place: Place, count: int) -> set[str]:
    customer = await place.office.customer()
    return {str((await place.office.draft(customer, a_line()))["id"]) for _ in range(count)}


async def test_every_draft_that_is_counted_is_there(signed_in: Browser, place: Place) -> None:
    waiting = await drafts(place, 12)

    today = (await signed_in.get("/today")).text

    assert "12 Invoices to approve" in words_of(today)
    assert listed(today, "drafts", "/invoices/") == waiting
    assert "Show more" not in today


async def test_drafts_beyond_the_count_are_brought_by_show_more(signed_in: Browser, place: Place) -> None:
    waiting = await drafts(place, COUNTED + 1)

    first = (await signed_in.get("/today")).text
    following = first.partition('hx-get="/today?drafts=')[2].partition('"')[0]
    rest = (await signed_in.get(f"/today?drafts={following}")).text

    assert [len(listed(page, "drafts", "/invoices/")) for page in (first, rest)] == [COUNTED, 1]
    assert listed(first, "drafts", "/invoices/") | listed(rest, "drafts", "/invoices/") == waiting
    for page in (first, rest):
        assert f"{COUNTED}+ Invoices to approve" in words_of(page)


@pytest.mark.prints
@pytest.mark.parametrize(
    ("name", "tile"), [("uncertain", "Uncertain messages"), ("returned", "Messages that came back")]
)
async def test_every_message_that_is_counted_has_its_form(
    signed_in: Browser, place: Place, name: str, tile: str
) -> None:
    await a_message(place, is_returned=name == "returned")
    (first,) = listed((await signed_in.get("/today")).text, name, "/today/messages/")
    async with place.notify.state.sessions() as session, session.begin():
        message = await get_message(session, "demo", UUID(first))
        assert message is not None
        row = message.model_dump()
        session.add_all(Message(**row | {"id": uuid4(), "key": f"copy:{number}"}) for number in range(11))

    today = (await signed_in.get("/today")).text

    assert f"12 {tile}" in words_of(today)
    assert len(listed(today, name, "/today/messages/")) == 12

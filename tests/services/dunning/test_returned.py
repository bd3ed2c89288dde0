"""An e-mail of a step that came back is in the journal of its case, once."""

from typing import Any
from uuid import uuid4

from contracts.events import MessageBounced
from services.dunning.returned.use_cases import JournalReturned
from tests.services.dunning.desk import Desk, a_receivable, on


async def came_back(desk: Desk, key: str, **changes: Any) -> None:
    event = MessageBounced.model_validate(
        MessageBounced.example | {"key": key, "reason": "550 5.1.1 no such user", "code": "5.1.1"} | changes
    )
    async with desk.sessions() as session, session.begin():
        await JournalReturned(desk.time)(event, session)


async def test_what_came_back_is_journalled_once_with_the_words_of_the_mail_server(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09")
    await desk.decide(receivable)
    key = f"{receivable.invoice_id}:standard:first-reminder:1"

    await came_back(desk, key)
    await came_back(desk, key)

    page = await desk.get(f"/journal?invoice_id={receivable.invoice_id}&outcome=bounced")
    (entry,) = page["items"]
    assert (entry["step"], entry["occurrence"], entry["reason"]) == ("first-reminder", 1, "bounced")
    assert entry["evidence"] == {
        "recipient": "anne@garage-lefevre.example",
        "relay": "550 5.1.1 no such user",
        "bounce": "5.1.1",
    }
    assert "first-reminder#1" in (await desk.case(receivable)).done


async def test_who_got_nothing_was_not_contacted(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09")
    await desk.decide(receivable)
    path = f"/cases/{receivable.invoice_id}/circumstances"
    assert (await desk.get(path))["last_contact_at"] is not None

    await came_back(desk, f"{receivable.invoice_id}:standard:first-reminder:1")

    assert (await desk.get(path))["last_contact_at"] is None


async def test_what_is_of_no_case_of_the_organisation_is_passed_over(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    await came_back(desk, f"{uuid4()}:quote:send:1")
    await came_back(desk, "something else")
    await came_back(desk, f"{receivable.invoice_id}:standard:first-reminder:1", organisation="other")

    assert await desk.journal(receivable) == [("opened", "default")]

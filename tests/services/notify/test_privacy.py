"""What notify holds on a customer is exported, erased, and lapses."""

from datetime import datetime, timedelta

from sqlalchemy import text

from chassis.auth import Role
from chassis.personal.pruning import prune
from chassis.personal.reacting import erases
from contracts.events import CustomerErased
from contracts.topology import NOTIFY_CUSTOMER
from services.notify.handlers import ERASE
from services.notify.privacy.store import prunings
from tests.services.notify.actions.speaking import a_letter, a_task
from tests.services.notify.conftest import Notify
from tests.services.notify.requests import NOON, an_email
from tests.support.leaks import columns_with

WORDS = ("Lefèvre", "lefevre.example", "rue des Ateliers", "+33", "secret-note")


async def a_story(notify: Notify) -> str:
    """An e-mail, a letter and a call; the id of their customer."""
    mail = an_email()
    for path, body in (("/messages", mail), ("/letters", a_letter()), ("/tasks", a_task())):
        answer = await notify.call("POST", path, Role.SERVICE, json=body)
        assert answer.status_code in (200, 201), answer.text
    task = answer.json()["evidence"]["task_id"]
    done = {"outcome": "reached", "note": "secret-note"}
    assert (await notify.call("POST", f"/tasks/{task}/complete", Role.COLLECTOR, json=done)).status_code == 200
    return str(mail["context"]["receivable"]["contact"]["customer_id"])


async def erase(notify: Notify, customer: str) -> None:
    subscription = erases(NOTIFY_CUSTOMER, ERASE, lambda: NOON)
    event = CustomerErased(organisation="demo", customer_id=customer, asked_by="1", asked_by_name="Anne")
    async with notify.sessions() as session, session.begin():
        await subscription.handle(event, session)


async def leaks(notify: Notify) -> set[str]:
    async with notify.sessions() as session:
        return await columns_with(session, WORDS)


async def test_an_export_has_messages_with_their_bodies_letters_and_calls(notify: Notify) -> None:
    customer = await a_story(notify)
    answer = await notify.call("GET", f"/customers/{customer}/export")

    records = {each["table"]: each for each in answer.json()["items"]}
    assert set(records) == {"messages", "letter_documents", "letters", "tasks"}
    assert records["messages"]["data"]["html"].startswith("<!DOCTYPE html>")
    assert "Lefèvre" in records["messages"]["data"]["recipient_name"]
    assert records["tasks"]["data"]["outcome_note"] == "secret-note"
    document = await notify.call("GET", records["letter_documents"]["pdf"])
    assert document.content.startswith(b"%PDF")


async def test_erasing_leaves_keys_days_and_outcomes_and_no_word_of_the_customer(notify: Notify) -> None:
    customer = await a_story(notify)
    assert await leaks(notify) > {"messages.recipient", "messages.html", "letters.recipient", "tasks.outcome_note"}
    await erase(notify, customer)
    await erase(notify, customer)

    assert await leaks(notify) == set()
    after = (await notify.call("GET", f"/customers/{customer}/erasure")).json()
    assert (after["erased"], after["in_the_way"]) == ([], [])
    (message,) = (await notify.call("GET", "/messages")).json()["items"]
    assert (message["key"], message["status"]) == (an_email()["key"], "sent")
    letter = (await notify.call("GET", "/letters")).json()["items"][0]
    assert (await notify.call("GET", f"/letters/{letter['id']}/pdf")).status_code == 404
    again = await notify.send(an_email())
    assert again.json()["status"] == "sent"


async def test_what_was_refused_and_what_was_withdrawn_is_erased_too(notify: Notify) -> None:
    customer = await a_story(notify)
    async with notify.sessions() as session, session.begin():
        for statement in (
            "update messages set status = 'failed', reason = '550 no such user compta@lefevre.example'",
            "update letters set status = 'withdrawn', reason = 'Invoice F-2026-00042 was paid in full'",
            "update tasks set status = 'withdrawn', reason = 'Invoice F-2026-00042 was paid in full', outcome = null",
        ):
            await (await session.connection()).execute(text(statement))
    await erase(notify, customer)

    assert await leaks(notify) == set()


async def test_another_customers_messages_stay(notify: Notify) -> None:
    await a_story(notify)
    before = await leaks(notify)
    await erase(notify, "0197f3c2-0000-7000-8000-0000000000ff")

    assert await leaks(notify) == before


async def pruned(notify: Notify, now: datetime) -> list[int]:
    """How many rows of each rule, whose period is 30 days."""
    settings = notify.settings.model_copy(update={"messages_kept": timedelta(days=30)})
    return [await prune(notify.sessions, each, now=now) for each in prunings(settings)]


async def test_words_and_names_lapse_and_that_something_left_stays(notify: Notify) -> None:
    await a_story(notify)
    letter = (await notify.call("GET", "/letters")).json()["items"][0]
    day = {"posted_on": letter["prepared_on"], "tracking_number": "secret-note 2C 123"}
    posted = await notify.call("POST", f"/letters/{letter['id']}/posted", Role.COLLECTOR, json=day)
    assert posted.status_code == 200, posted.text
    before = await leaks(notify)
    settled = (await notify.call("GET", "/messages")).json()["items"][0]["settled_at"]
    at = datetime.fromisoformat(settled)

    assert (await pruned(notify, at + timedelta(days=30)))[0] == 0
    assert await leaks(notify) >= {"messages.recipient", "letters.tracking_number", "tasks.outcome_note"} & before
    assert (await pruned(notify, at + timedelta(days=4000)))[0] == 1
    assert set(await pruned(notify, at + timedelta(days=4000))) == {0}

    assert await leaks(notify) == set()
    (message,) = (await notify.call("GET", "/messages")).json()["items"]
    assert (message["key"], message["status"], message["settled_at"]) == (an_email()["key"], "sent", settled)
    assert (await notify.send(an_email())).json()["status"] == "sent"
    assert (await notify.call("GET", f"/letters/{letter['id']}")).json()["status"] == "posted"


async def test_a_letter_that_is_to_be_posted_and_a_call_that_is_to_be_made_stay_whole(notify: Notify) -> None:
    for path, body in (("/letters", a_letter()), ("/tasks", a_task())):
        assert (await notify.call("POST", path, Role.SERVICE, json=body)).status_code in (200, 201)
    before = await leaks(notify)

    assert set(await pruned(notify, NOON + timedelta(days=4000))) == {0}
    assert await leaks(notify) == before

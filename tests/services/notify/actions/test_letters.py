"""Letters: printed once under their key, downloaded, batched, posted."""

import asyncio
from hashlib import sha256
from typing import Any

import pytest

from chassis.auth import Role
from contracts.events import LetterPosted, LetterPrepared
from services.notify.rendering.samples import Sample
from tests.services.notify.actions.speaking import (
    INVOICE,
    Notify,
    a_context,
    a_letter,
    a_quote_context,
    pages_of,
    text_of,
)

REGISTERED = {"posted_on": "2026-04-01", "tracking_number": "1A 123 456 7890 1"}


async def test_a_letter_is_prepared_and_downloaded_as_it_was_stored(notify: Notify) -> None:
    outcome = await notify.prepared()

    pdf = await notify.pdf(outcome)
    assert outcome["status"] == "prepared"
    assert outcome["recipient"] == "Garage Lefèvre & Fils"
    assert outcome["evidence"]["sha256"] == sha256(pdf).hexdigest()
    assert pages_of(pdf) == 1
    assert await notify.facts() == [LetterPrepared.type]


async def test_the_same_key_again_is_the_same_letter_even_with_another_balance(notify: Notify) -> None:
    first = await notify.prepared()
    again = await notify.post("/letters", a_letter(context=a_context(receivable={"balance": "10.00", "version": 2})))

    assert again.status_code == 200
    assert again.json() == first
    assert len((await notify.get("/letters")).json()["items"]) == 1
    assert await notify.facts() == [LetterPrepared.type]


async def test_twenty_requests_at_once_make_one_letter(notify: Notify) -> None:
    answers = await asyncio.gather(*(notify.post("/letters", a_letter()) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await notify.facts() == [LetterPrepared.type]


async def test_a_key_belongs_to_its_organisation(notify: Notify) -> None:
    await notify.prepared()
    other = a_letter(context=a_context(receivable={"organisation": "other"}))

    assert (await notify.post("/letters", other, organisation="other")).status_code == 201


async def test_the_batch_of_a_day_holds_its_letters_by_number(notify: Notify) -> None:
    for number, at in (("F-2026-00002", "2026-04-01T09:00:00Z"), ("F-2026-00001", "2026-04-01T21:00:00Z")):
        await notify.prepared(key=number, at=at, context=a_context(receivable={"number": number}))
    await notify.prepared(key="tomorrow", at="2026-04-01T22:30:00Z")  # past midnight in Paris

    batch = await notify.get("/letters/batches/2026-04-01.pdf")
    assert batch.headers["content-type"] == "application/pdf"
    assert pages_of(batch.content) == 2
    text = text_of(batch.content)
    assert 0 < text.index("F-2026-00001") < text.index("F-2026-00002")
    duplex = await notify.get("/letters/batches/2026-04-01.pdf", duplex="true")
    assert pages_of(duplex.content) == 4
    assert pages_of((await notify.get("/letters/batches/2026-04-02.pdf")).content) == 1


async def test_a_day_without_letters_has_no_batch(notify: Notify) -> None:
    await notify.prepared()

    assert (await notify.get("/letters/batches/2026-03-31.pdf")).status_code == 404
    assert (await notify.get("/letters/batches/2026-04-01.pdf", organisation="other")).status_code == 404
    assert (await notify.get("/letters/batches/2026-03-31")).json() == {"day": "2026-03-31", "letters": 0, "parts": 0}
    assert (await notify.get("/letters/batches/2026-04-01", organisation="other")).json()["letters"] == 0
    malformed = await notify.get("/letters/batches/yesterday.pdf")
    assert malformed.status_code == 422
    assert "day" in malformed.json()["detail"]


async def test_a_posted_letter_keeps_its_tracking_number(notify: Notify) -> None:
    letter_id = (await notify.prepared())["evidence"]["letter_id"]

    posted = await notify.post(f"/letters/{letter_id}/posted", REGISTERED, role=Role.COLLECTOR)
    again = await notify.post(f"/letters/{letter_id}/posted", REGISTERED, role=Role.COLLECTOR)

    assert posted.status_code == 200
    assert (posted.json()["status"], posted.json()["posted_by_name"]) == ("posted", "somebody")
    assert posted.json()["tracking_number"] == "1A 123 456 7890 1"
    assert again.json() == posted.json()
    assert await notify.facts() == [LetterPrepared.type, LetterPosted.type]


async def test_a_tracking_number_may_follow_but_not_change(notify: Notify) -> None:
    letter_id = (await notify.prepared())["evidence"]["letter_id"]
    path = f"/letters/{letter_id}/posted"

    await notify.post(path, {"posted_on": "2026-04-01"}, role=Role.COLLECTOR)
    completed = await notify.post(path, REGISTERED, role=Role.COLLECTOR)
    changed = await notify.post(path, REGISTERED | {"tracking_number": "2B 1"}, role=Role.COLLECTOR)

    assert completed.json()["tracking_number"] == "1A 123 456 7890 1"
    assert changed.status_code == 409
    assert "was posted on 2026-04-01 with tracking number 1A 123 456 7890 1" in changed.json()["detail"]


@pytest.mark.parametrize(
    ("posting", "expected"),
    [
        ({"posted_on": "2026-03-31"}, "posted_on: '2026-03-31' is not valid; expected a date from 2026-04-01"),
        ({"posted_on": "2026-04-02"}, "posted_on: '2026-04-02' is not valid"),
        ({"posted_on": "1926-04-01"}, "posted_on: 1926-04-01 is out of range"),
        ({"posted_on": "2026-04-01", "tracking_number": "<script>"}, "tracking_number"),
        ({"posted_on": "2026-04-01", "tracking": "1A"}, "tracking: Extra inputs are not permitted"),
    ],
)
async def test_a_wrong_posting_is_named(notify: Notify, posting: dict[str, str], expected: str) -> None:
    letter_id = (await notify.prepared())["evidence"]["letter_id"]

    answer = await notify.post(f"/letters/{letter_id}/posted", posting, role=Role.COLLECTOR)

    assert answer.status_code == 422
    assert expected in answer.json()["detail"]
    assert (await notify.get(f"/letters/{letter_id}")).json()["status"] == "prepared"


async def test_letters_are_listed_newest_first_page_by_page(notify: Notify) -> None:
    for hour in range(3):
        await notify.prepared(key=f"letter-{hour}", at=f"2026-04-01T0{hour}:00:00Z")

    first = (await notify.get("/letters", limit="2")).json()
    second = (await notify.get("/letters", limit="2", cursor=first["next"])).json()

    assert [letter["key"] for letter in first["items"]] == ["letter-2", "letter-1"]
    assert [letter["key"] for letter in second["items"]] == ["letter-0"]
    assert second["next"] is None
    assert (await notify.get("/letters", status="posted")).json()["items"] == []
    assert len((await notify.get("/letters", day="2026-04-01")).json()["items"]) == 3
    assert (await notify.get("/letters", day="2026-04-02")).json()["items"] == []
    assert (await notify.get("/letters", cursor="WyJ4IiwgInkiXQ")).status_code == 422


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"template": "no-such"}, "template: 'no-such' is not valid; expected one of"),
        ({"template": "quote"}, "expected a template about a receivable"),
        ({"key": "has spaces"}, "key"),
        ({"at": "2026-04-01"}, "at"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"context": a_context(receivable={"balance": "12,50"})}, "'12,50' is not a decimal string"),
        ({"context": a_context(receivable={"balance": "0.00"})}, "expected an amount that is still owed"),
        ({"context": a_context(receivable={"status": "settled"})}, "context.receivable.status: 'settled'"),
        ({"context": a_context(receivable={"organisation": "other"})}, "context.receivable.organisation: 'other'"),
        ({"context": a_quote_context()}, "expected a template about a quote"),
    ],
)
async def test_a_wrong_request_is_named_and_nothing_is_stored(
    notify: Notify, changes: dict[str, Any], expected: str
) -> None:
    answer = await notify.post("/letters", a_letter() | changes)

    assert answer.status_code == 422
    assert expected in answer.json()["detail"]
    assert (await notify.get("/letters")).json()["items"] == []
    assert await notify.facts() == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:8002/seller"])
async def test_a_letter_reads_no_file_and_no_address(notify: Notify, address: str) -> None:
    source = {"subject": "Avis", "text": "Avis", "html": f'<p>Avis</p><img src="{address}">'}
    saved = await notify.client.put("/templates/formal-notice/fr", json=source, headers=notify.keys.bearer(Role.ADMIN))
    assert saved.status_code == 200, saved.text

    answer = await notify.post("/letters", a_letter())

    assert answer.status_code == 422
    assert f"{address} is not fetched; expected a data: address" in answer.json()["detail"]
    assert (await notify.get("/letters")).json()["items"] == []


async def test_a_template_of_plain_text_makes_a_letter_too(notify: Notify) -> None:
    source = {"subject": "Avis", "text": "Premier alinéa <b>.\n\nSecond alinéa.", "html": ""}
    await notify.client.put("/templates/formal-notice/fr", json=source, headers=notify.keys.bearer(Role.ADMIN))

    text = text_of(await notify.pdf(await notify.prepared()))

    assert "Premier alinéa <b>." in text
    assert "Second alinéa." in text


async def test_a_letter_without_end_is_refused(notify: Notify) -> None:
    source = {"subject": "Avis", "text": "Avis", "html": "{% for n in range(99000) %}<p>.{% endfor %}"}
    await notify.client.put("/templates/formal-notice/fr", json=source, headers=notify.keys.bearer(Role.ADMIN))

    answer = await notify.post("/letters", a_letter())

    assert answer.status_code == 422
    assert "The letter cannot be printed" in answer.json()["detail"]
    assert (await notify.post("/letters", a_letter(context=a_context(contact={"language": "en"})))).status_code == 201


async def test_another_organisation_finds_no_letter(notify: Notify) -> None:
    letter_id = (await notify.prepared())["evidence"]["letter_id"]

    assert (await notify.get(f"/letters/{letter_id}", organisation="other")).status_code == 404
    assert (await notify.get(f"/letters/{letter_id}/pdf", organisation="other")).status_code == 404
    posting = await notify.post(f"/letters/{letter_id}/posted", REGISTERED, role=Role.COLLECTOR, organisation="other")
    assert posting.status_code == 404
    assert (await notify.get("/letters", organisation="other")).json()["items"] == []
    key = f"{INVOICE}:standard:formal-notice:1"
    assert (await notify.get(f"/actions/{key}", organisation="other")).status_code == 404


async def test_a_customer_without_phone_code_or_number_gets_a_letter(notify: Notify) -> None:
    text = text_of(await notify.pdf(await notify.prepared(context=a_context(Sample.BARE))))

    assert "Règlement par le moyen de paiement convenu" in text
    assert "ALLEMAGNE" in text

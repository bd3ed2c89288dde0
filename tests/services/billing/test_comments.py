"""What people note about a customer: signed, dated, and never another than it was."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from chassis.auth import Role
from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded
from tests.services.billing.office import Office, Refused


async def says(office: Office, customer: UUID, words: str, **more: Any) -> Any:
    return await office.do("POST", f"/customers/{customer}/comments", {"text": words} | more, Role.COLLECTOR)


async def told(office: Office, customer: UUID, **asked: str) -> Any:
    return await office.do("GET", f"/customers/{customer}/comments", params=asked)


async def test_a_comment_tells_who_wrote_it_and_when(office: Office, customer: UUID) -> None:
    written = await says(office, customer, "Anne is away\nuntil Monday")

    assert (await told(office, customer))["items"] == [written]
    assert (written["text"], written["corrects"], written["is_corrected"]) == (
        "Anne is away\nuntil Monday",
        None,
        False,
    )
    assert written["written_at"] == "2026-01-15T11:00:00Z"
    assert written["written_by"]
    assert written["written_by_name"]


async def test_a_correction_is_another_comment_and_the_first_stays(office: Office, customer: UUID) -> None:
    wrong = await says(office, customer, "Pays on the 10th")
    office.days_pass(1)
    right = await says(office, customer, "Pays on the 15th", corrects=wrong["id"])

    assert (await told(office, customer))["items"] == [right, wrong | {"is_corrected": True}]


async def test_no_program_changes_or_deletes_a_comment(office: Office, customer: UUID) -> None:
    await says(office, customer, "As it was said")
    for statement in (
        "update customer_comments set text = 'x'",
        "delete from customer_comments",
        "truncate customer_comments",
    ):
        async with office.sessions() as session:
            with pytest.raises(IntegrityError, match="a comment stays as it was written"):
                await (await session.connection()).execute(text(statement))

    assert (await told(office, customer))["items"][0]["text"] == "As it was said"


async def test_a_comment_sent_twice_is_written_once(office: Office, customer: UUID) -> None:
    path, once = f"/customers/{customer}/comments", {"idempotency-key": "once"}
    first, second = [await office.do("POST", path, {"text": "One"}, headers=once) for _ in range(2)]

    assert first == second
    assert len((await told(office, customer))["items"]) == 1


async def test_comments_come_a_page_at_a_time_the_newest_first(office: Office, customer: UUID) -> None:
    for number in range(5):
        await says(office, customer, f"{number}")
        office.days_pass(number % 2)
    seen: list[str] = []
    asked = {"limit": "2"}
    while True:
        page = await told(office, customer, **asked)
        seen += [each["text"] for each in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]

    assert sorted(seen) == ["0", "1", "2", "3", "4"]
    assert seen[0] == "4"


async def test_what_is_no_comment_is_refused_with_its_field(office: Office, customer: UUID) -> None:
    elsewhere = await says(office, await office.customer(name="Another"), "Elsewhere")
    for body, field in (
        ({"text": ""}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({}, "text"),
        ({"text": "x", "corrects": str(uuid4())}, "corrects"),
        ({"text": "x", "corrects": elsewhere["id"]}, "corrects"),
        ({"text": "x", "written_by": "someone else"}, "written_by"),
    ):
        with pytest.raises(Refused) as refusal:
            await office.do("POST", f"/customers/{customer}/comments", body)
        assert (refusal.value.status, refusal.value.fields) == (422, [field]), body

    assert (await told(office, customer))["items"] == []


async def test_the_audit_hears_of_a_comment(office: Office, customer: UUID) -> None:
    written = await says(office, customer, "Said once")
    async with office.sessions() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
    entries = [AuditRecorded.model_validate_json(row.body) for row in rows if row.subject == AuditRecorded.type]
    (entry,) = [each for each in entries if each.action == "billing.write_comment"]
    assert entry.object == f"customer_comments/{written['id']}"
    assert (entry.changes[0].after or {})["text"] == "Said once"

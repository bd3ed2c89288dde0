"""Who did it: people read names, on the line of time of an invoice and wherever else somebody decided."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from chassis.auth import Role
from contracts.dunning import CaseFact
from services.console.peers.dunning import JournalEntry
from tests.services.console.browser import Browser, words_of
from tests.services.console.identity import id_of
from tests.services.console.place import Place
from tests.services.console.test_scenarios import changed, published

NAME = "admin@demo.example"
ID = str(id_of(NAME))


async def an_overdue_invoice(place: Place) -> Any:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    place.at("2026-01-20")
    return invoice


async def acted(browser: Browser, path: str, act: str, **fields: str) -> None:
    answer = await browser.send(await browser.get(path), f"{path}/{act}", **fields)
    assert answer.status_code == 303, words_of(answer.text)


def told_by(page: str, entry: str) -> str:
    """What stands beside the time of this entry on the line of time."""
    points = re.findall(r"<p><b>([^<]*)</b></p>\s*<time [^>]*>([^<]*)</time>", page)
    (found,) = [beside for title, beside in points if entry in title]
    return str(found)


ACTS = (
    ("pause", {"note": "on holiday"}, "Put on hold"),
    ("promise", {"date": "2026-02-10", "amount": "200"}, "Put on hold"),
    ("skip", {"step": "second-reminder#1", "note": "she asked for a call"}, "Second reminder: Skipped"),
    ("run", {"step": "call#1"}, "Call: Asked for at once"),
    ("close", {"note": "insolvent"}, "Case closed"),
    ("due-date", {"due_date": "2026-03-01", "reason": "agreed by phone"}, "Due date agreed"),
    ("write-off", {"reason": "too small"}, "Written off"),
    ("payment", {"amount": "100.00", "received_on": "2026-01-20", "method": "cheque"}, "€100.00 received"),
)


@pytest.mark.parametrize(("act", "fields", "entry"), ACTS)
async def test_the_line_of_time_names_who_acted(
    signed_in: Browser, place: Place, act: str, fields: dict[str, str], entry: str
) -> None:
    invoice = await an_overdue_invoice(place)
    path = f"/invoices/{invoice['id']}"

    await acted(signed_in, path, act, **fields)

    page = (await signed_in.get(path)).text
    assert NAME in told_by(page, entry)
    assert ID not in page


async def test_a_hold_names_who_placed_it(signed_in: Browser, place: Place) -> None:
    path = f"/invoices/{(await an_overdue_invoice(place))['id']}"

    await acted(signed_in, path, "dispute", note="one bag missing")

    assert f"one bag missing {NAME}" in words_of((await signed_in.get(path)).text)


@pytest.mark.prints
async def test_a_call_names_who_made_it(signed_in: Browser, place: Place) -> None:
    invoice = await an_overdue_invoice(place)
    task = (await place.calls(invoice, due="2026-01-20"))["evidence"]["task_id"]
    await signed_in.send(await signed_in.get("/tasks"), f"/tasks/{task}", outcome="reached", note="Anne")

    page = (await signed_in.get(f"/invoices/{invoice['id']}")).text

    assert NAME in told_by(page, "Call: ")
    assert ID not in page


async def test_a_version_names_who_published_it_and_cases_who_moved_them(signed_in: Browser, place: Place) -> None:
    invoice = await an_overdue_invoice(place)
    await changed(signed_in, "/scenarios/standard", "first-reminder", offset="3")
    await published(signed_in, "/scenarios/standard", cases="migrate")

    versions = (await signed_in.get("/scenarios/standard/versions")).text
    page = (await signed_in.get(f"/invoices/{invoice['id']}")).text

    assert versions.count(NAME) >= 2  # saved, and published
    assert NAME in told_by(page, "Case changed")
    assert ID not in versions + page


async def test_who_closes_a_case_without_a_word_is_named_and_the_reason_names_nobody(
    signed_in: Browser, place: Place
) -> None:
    invoice = await an_overdue_invoice(place)
    await place.ask(place.dunning, "POST", f"/cases/{invoice['id']}/close", {"reason": "excluded"}, Role.ADMIN)

    (exclusion,) = (await place.ask(place.dunning, "GET", "/exclusions"))["items"]
    page = (await signed_in.get(f"/invoices/{invoice['id']}")).text

    assert (exclusion["reason"], exclusion["created_by_name"]) == ("by_hand", "somebody")
    assert "by hand" in words_of(page)
    assert "by_hand" not in words_of(page)


async def test_the_audit_keeps_the_id(signed_in: Browser, place: Place) -> None:
    path = f"/invoices/{(await an_overdue_invoice(place))['id']}"
    await acted(signed_in, path, "dispute", note="one bag missing")

    async with place.dunning.state.sessions() as session:
        told = (await session.exec(text("select body from outbox where subject like 'audit.%'"))).scalars().all()

    (entry,) = [body for body in told if "dispute" in body]
    assert f'"actor":"{ID}"' in entry.replace(" ", "")


def test_a_row_of_before_names_were_kept_shows_its_id() -> None:
    row: dict[str, Any] = dict.fromkeys(JournalEntry.model_fields) | {
        "id": 1, "invoice_id": ID, "number": "F-1", "outcome": CaseFact.RESUMED, "reason": "resumed", "detail": "",
        "answers": [], "evidence": {}, "author": ID, "decided_at": "2026-01-20T10:00:00Z",
    }  # fmt: skip
    assert JournalEntry.model_validate(row).who == ID
    assert JournalEntry.model_validate(row | {"author_name": NAME}).who == NAME

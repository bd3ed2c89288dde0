"""Two people write the same draft: the second who saves is told by whom and when it changed, and loses nothing."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chassis.auth import Role
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.place import Place
from tests.services.console.quoting import a_draft
from tests.services.console.test_quotes import quotes as quotes  # a fixture
from tests.services.console.test_scenarios import STEP, added, begun, changed
from tests.services.console.test_templates import PATH as TEMPLATE
from tests.services.console.test_templates import TEXT


async def sent(browser: Browser, page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
    return await browser.post(path, **(hidden_fields(page.text, path) | fields))


@pytest.mark.prints
async def test_a_text_that_somebody_saved_meanwhile_is_told_compared_and_taken_over(
    signed_in: Browser, place: Place
) -> None:
    first = second = await signed_in.get(TEMPLATE)
    place.at("2026-01-20", hour=14)
    assert (await sent(signed_in, first, TEMPLATE, **(TEXT | {"text": "Theirs"}))).status_code == 303
    place.at("2026-01-20", hour=15)

    refused = await sent(signed_in, second, TEMPLATE, **(TEXT | {"text": "Mine"}))

    assert refused.status_code == 409
    said = words_of(refused.text)
    assert "admin@demo.example saved something else on 20 Jan 2026" in said
    assert "Theirs: Theirs" in said
    assert "Yours: Mine" in said
    assert "\nMine</textarea>" in refused.text
    assert "Theirs" in (await signed_in.get(TEMPLATE)).text
    again = await sent(signed_in, refused, TEMPLATE, **(TEXT | {"text": "Mine"}))
    assert again.status_code == 303
    assert "\nMine</textarea>" in (await signed_in.get(TEMPLATE)).text


@pytest.mark.prints
async def test_the_same_text_saved_by_two_is_no_quarrel(signed_in: Browser, place: Place) -> None:
    page = await signed_in.get(TEMPLATE)
    place.at("2026-01-20")

    answers = [await sent(signed_in, page, TEMPLATE, **(TEXT | {"once": each})) for each in ("first", "second")]

    assert [each.status_code for each in answers] == [303, 303]


def one_line(price: str) -> dict[str, Any]:
    """What the form of a draft sends for a quote of one line, beside its subject."""
    line = {"description": "Entretien", "quantity": "1", "unit_price": price, "vat_rate": "20"}
    return {f"lines.0.{name}": value for name, value in line.items()} | {"follow_up_days": "7"}


async def test_a_quote_that_somebody_changed_meanwhile_is_told_and_nothing_is_lost(
    signed_in: Browser, place: Place, quotes: FastAPI
) -> None:
    draft = await a_draft(place, quotes)
    path = f"/quotes/{draft['id']}/edit"
    page = await signed_in.get(path)
    mine = one_line("50")
    place.at("2026-01-20", hour=14)
    assert (await sent(signed_in, page, path, subject="Theirs", **mine)).status_code == 303
    place.at("2026-01-20", hour=15)

    refused = await sent(signed_in, page, path, subject="Mine", **(mine | {"lines.0.unit_price": "60"}))

    assert refused.status_code == 409
    said = words_of(refused.text)
    assert "admin@demo.example saved something else on 20 Jan 2026" in said
    assert "Subject Theirs: Theirs Yours: Mine" in said
    assert 'value="Mine"' in refused.text
    again = await sent(signed_in, refused, path, subject="Mine", **(mine | {"lines.0.unit_price": "60"}))
    assert again.status_code == 303
    kept = await place.ask(quotes, "GET", f"/quotes/{draft['id']}", None, Role.ADMIN)
    assert (kept["subject"], kept["total_without_vat"]) == ("Mine", "60.00")


async def test_two_who_change_two_steps_lose_nothing_of_each_other(signed_in: Browser) -> None:
    path = await begun(signed_in)
    steps = [(await added(signed_in, path, "email")).partition("step=")[2] for _ in range(2)]
    pages = [await signed_in.get(f"{path}?step={step}") for step in steps]

    for page, step, days in zip(pages, steps, ("8", "15"), strict=True):
        answer = await sent(signed_in, page, f"{path}/steps/{step}", **(STEP | {"offset": days}))
        assert answer.status_code == 303, words_of(answer.text)

    said = words_of((await signed_in.get(path)).text)
    assert "8 days after the due date" in said
    assert "15 days after the due date" in said


@pytest.mark.parametrize("is_removed", [False, True])
async def test_a_step_that_somebody_changed_meanwhile_is_told_and_nothing_is_lost(
    signed_in: Browser, place: Place, is_removed: bool
) -> None:
    place.at("2026-01-20", hour=13)
    path = await begun(signed_in)
    step = (await added(signed_in, path, "email")).partition("step=")[2]
    page = await signed_in.get(f"{path}?step={step}")
    act = f"{path}/steps/{step}"
    place.at("2026-01-20", hour=14)
    if is_removed:
        theirs = await sent(signed_in, page, f"{act}/remove")
    else:
        theirs = await sent(signed_in, page, act, **(STEP | {"offset": "9"}))
    assert theirs.status_code == 303

    refused = await sent(signed_in, page, act, **(STEP | {"offset": "11"}))

    assert refused.status_code == 422
    said = words_of(refused.text)
    assert "admin@demo.example changed this step on 20 Jan 2026" in said
    assert ("it is removed." if is_removed else "9 days after the due date") in said
    assert 'value="11"' in refused.text
    assert (await sent(signed_in, refused, act, **(STEP | {"offset": "11"}))).status_code == 303
    assert "11 days after the due date" in words_of((await signed_in.get(path)).text)


async def test_a_draft_that_somebody_changed_meanwhile_is_not_published_unseen(
    signed_in: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    await changed(signed_in, "/scenarios/standard", "first-reminder", offset="3")
    path = "/scenarios/standard/publish"
    page = await signed_in.get(path)
    place.at("2026-01-05", hour=14)
    await changed(signed_in, "/scenarios/standard", "first-reminder", offset="90")

    refused = await sent(signed_in, page, path, cases="migrate")

    assert refused.status_code == 409
    said = words_of(refused.text)
    assert "admin@demo.example changed this draft on 5 Jan 2026" in said
    assert "first-reminder Day 7 90" in said
    assert 'value="migrate" checked' in refused.text
    assert (await place.ask(place.dunning, "GET", f"/cases/{invoice['id']}"))["version"] == 1
    assert (await sent(signed_in, refused, path, cases="migrate")).status_code == 303
    assert (await place.ask(place.dunning, "GET", f"/cases/{invoice['id']}"))["version"] == 2


async def test_a_quote_that_somebody_changed_meanwhile_is_not_sent_unseen(
    signed_in: Browser, place: Place, quotes: FastAPI
) -> None:
    draft = await a_draft(place, quotes)
    path = f"/quotes/{draft['id']}"
    page = await signed_in.get(path)
    theirs = one_line("1")
    place.at("2026-01-20", hour=14)
    await sent(signed_in, await signed_in.get(f"{path}/edit"), f"{path}/edit", subject="Theirs", **theirs)

    refused = await sent(signed_in, page, f"{path}/send")

    assert refused.status_code == 409
    said = words_of(refused.text)
    assert "admin@demo.example changed this draft on 20 Jan 2026" in said
    assert "Total incl. VAT €1.20" in said
    assert (await place.ask(quotes, "GET", path, None, Role.ADMIN))["status"] == "draft"
    assert (await sent(signed_in, refused, f"{path}/send")).status_code == 303
    assert (await place.ask(quotes, "GET", path, None, Role.ADMIN))["status"] == "sent"

"""What dunning holds on a customer is exported, erased once no case runs, and lapses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr

from chassis.auth import Role
from chassis.passing import TryAgain
from chassis.personal.pruning import prune
from chassis.personal.reacting import erases
from contracts.events import CustomerErased
from contracts.receivable import Receivable
from contracts.topology import DUNNING_CUSTOMER
from services.dunning.handlers import ERASE
from services.dunning.privacy.store import prunings
from services.dunning.settings import Settings
from tests.services.dunning.desk import Desk, a_receivable, settled
from tests.support.leaks import columns_with
from tests.support.tokens import Keys

WORD = "secret-note"


async def a_story(desk: Desk) -> Receivable:
    """A case with a promise, a dispute and an exclusion that was lifted."""
    receivable = a_receivable()
    await desk.take(receivable)
    case = f"/cases/{receivable.invoice_id}"
    await desk.send("POST", f"{case}/promise", {"date": "2026-02-15", "note": f"{WORD}: Anne promised"})
    await desk.send("POST", f"{case}/dispute", {"note": f"{WORD}: Anne complains"})
    await desk.send("POST", "/exclusions", {"customer_id": _customer(receivable), "reason": WORD}, status=201)
    return receivable


def _customer(receivable: Receivable) -> str:
    return str(receivable.customer.customer_id)


async def erase(desk: Desk, receivable: Receivable) -> None:
    event = CustomerErased(
        organisation="demo",
        customer_id=receivable.customer.customer_id,
        asked_by="1",
        asked_by_name="Anne",
    )
    async with desk.sessions() as session, session.begin():
        await erases(DUNNING_CUSTOMER, ERASE, desk.time).handle(event, session)


async def leaks(desk: Desk) -> set[str]:
    async with desk.sessions() as session:
        return await columns_with(session, [WORD])


async def contacted(desk: Desk, receivable: Receivable) -> None:
    claim = {"key": f"{receivable.invoice_id}:standard:first-reminder:1", "at": desk.time().isoformat()}
    path = f"/cases/{receivable.invoice_id}/contacts"
    assert (await desk.send("POST", path, claim, role=Role.SERVICE))["granted"]


async def test_an_export_has_cases_with_their_journal_and_when_they_were_contacted(desk: Desk) -> None:
    receivable = await a_story(desk)
    await contacted(desk, receivable)
    page = await desk.get(f"/customers/{_customer(receivable)}/export")

    assert {each["table"] for each in page["items"]} == {
        *("cases", "holds", "decisions", "dunning_exclusions", "contact_claims")
    }
    assert page["next"] is None


async def test_an_open_case_stands_in_the_way(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    assert (await desk.get(f"/customers/{_customer(receivable)}/erasure"))["in_the_way"] == [
        f"cases are open: {receivable.number}"
    ]
    with pytest.raises(TryAgain, match="cases are open"):
        await erase(desk, receivable)


async def test_erasing_takes_the_words_and_leaves_what_was_decided(desk: Desk) -> None:
    receivable = await a_story(desk)
    await contacted(desk, receivable)
    await desk.take(settled(receivable))
    before = await desk.get(f"/journal?customer_id={_customer(receivable)}")
    assert await leaks(desk) == {"holds.note", "decisions.detail", "decisions.evidence", "dunning_exclusions.reason"}
    await erase(desk, receivable)
    await erase(desk, receivable)

    assert await leaks(desk) == set()
    after = await desk.get(f"/journal?customer_id={_customer(receivable)}")
    assert [each["outcome"] for each in after["items"]] == [each["outcome"] for each in before["items"]]
    assert (await desk.get(f"/customers/{_customer(receivable)}/erasure"))["erased"] == []
    page = await desk.get(f"/customers/{_customer(receivable)}/export")
    assert "contact_claims" not in {each["table"] for each in page["items"]}


async def test_the_journal_of_a_closed_case_lapses_and_that_of_an_open_one_stays(desk: Desk, keys: Keys) -> None:
    closed, running = await a_story(desk), a_receivable(number="F-2026-00043", customer={"customer_id": str(uuid4())})
    await desk.take(settled(closed), running)
    settings = Settings(
        auth_jwks=str(keys.jwks),
        database_url=SecretStr("postgresql+asyncpg://unused"),
        journals_kept=timedelta(days=30),
    )

    for each in prunings(settings):
        assert await prune(desk.sessions, each, now=desk.time() + timedelta(days=29)) == 0
    pruned = [
        await prune(desk.sessions, each, now=desk.time() + timedelta(days=31), batch=1) for each in prunings(settings)
    ]

    assert pruned[0] >= 3
    assert pruned[1] == 2
    left = (await desk.get("/journal"))["items"]
    assert {each["invoice_id"] for each in left} == {str(running.invoice_id)}
    assert (await desk.case(closed)).closing_reason == "settled"


async def a_year_later(desk: Desk, keys: Keys) -> None:
    settings = Settings(
        auth_jwks=str(keys.jwks),
        database_url=SecretStr("postgresql+asyncpg://unused"),
        journals_kept=timedelta(days=30),
    )
    for each in prunings(settings):
        await prune(desk.sessions, each, now=desk.time() + timedelta(days=365))


async def test_why_a_case_was_closed_and_why_an_exclusion_was_made_lapse_too(desk: Desk, keys: Keys) -> None:
    by_hand, excluded = a_receivable(), a_receivable(number="F-2026-00043", customer={"customer_id": str(uuid4())})
    await desk.take(by_hand, excluded)
    await desk.send("POST", f"/cases/{by_hand.invoice_id}/close", {"reason": "written_off", "note": f"{WORD}: is ill"})
    made = await desk.send("POST", "/exclusions", {"invoice_id": str(excluded.invoice_id), "reason": WORD}, status=201)
    lifted = await desk.send("POST", "/exclusions", {"customer_id": str(uuid4()), "reason": WORD}, status=201)
    await desk.send("DELETE", f"/exclusions/{lifted['id']}", status=204)
    assert await leaks(desk) >= {"cases.closing_note", "dunning_exclusions.reason"}
    await desk.take(settled(excluded))
    await a_year_later(desk, keys)

    assert await leaks(desk) == set()
    left = (await desk.get("/exclusions"))["items"]
    assert [(each["id"], each["reason"]) for each in left] == [(made["id"], "-")]


async def test_why_a_customer_is_left_alone_stays_as_long_as_they_are(desk: Desk, keys: Keys) -> None:
    receivable = a_receivable()
    await desk.send("POST", "/exclusions", {"customer_id": _customer(receivable), "reason": WORD}, status=201)
    await desk.take(receivable)
    told = (await desk.case(receivable)).closed_at
    await a_year_later(desk, keys)
    await desk.take(receivable, again=True)

    case = await desk.case(receivable)
    assert (case.closing_note, case.closed_at) == (WORD, told)
    assert await leaks(desk) == {"cases.closing_note", "dunning_exclusions.reason"}

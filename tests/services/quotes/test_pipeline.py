"""The stages that quotes go through: as data, by rights, in lists and totals."""

from typing import Any

import pytest

from chassis.auth import Role
from contracts.rights import Access
from tests.services.quotes.shop import Refused, Shop, a_line

DEFAULT = ["prospect", "qualified", "proposal", "won", "lost"]
SEES_SALES = {"prospect": Access.EDITABLE, "qualified": Access.VISIBLE, "proposal": Access.EDITABLE}


def a_pipeline(*keys: str) -> dict[str, Any]:
    kinds = {"proposal": "sent", "won": "won", "lost": "lost"}
    return {"stages": [{"key": key, "names": {"fr": key, "en": key}, "kind": kinds.get(key, "open")} for key in keys]}


async def moved(shop: Shop, quote: dict[str, Any], stage: str, **options: Any) -> Any:
    return await shop.do("PUT", f"/quotes/{quote['id']}/stage", {"stage": stage}, **options)


async def test_every_organisation_begins_with_the_default_stages(shop: Shop) -> None:
    stages = (await shop.do("GET", "/pipeline"))["stages"]

    assert [stage["key"] for stage in stages] == DEFAULT
    assert stages[1] == {
        "key": "qualified",
        "names": {"fr": "Qualifié", "en": "Qualified"},
        "kind": "open",
        "access": "editable",
    }


async def test_a_quote_goes_from_the_first_interest_to_the_answer(shop: Shop) -> None:
    draft = await shop.draft()
    assert draft["stage"] == "prospect"
    assert (await moved(shop, draft, "qualified"))["stage"] == "qualified"
    sent = await shop.do("POST", f"/quotes/{draft['id']}/send")
    assert sent["stage"] == "proposal"
    assert (await moved(shop, draft, "qualified"))["stage"] == "qualified"
    assert (await shop.accept(draft))["stage"] == "won"


async def test_a_refused_quote_is_lost(shop: Shop) -> None:
    sent = await shop.sent()

    assert (await shop.do("POST", f"/quotes/{sent['id']}/refuse", {}))["stage"] == "lost"


@pytest.mark.parametrize(("is_sent", "stage"), [(False, "won"), (True, "won"), (True, "lost")])
async def test_a_stage_that_follows_from_the_answer_is_not_entered_by_hand(
    shop: Shop, is_sent: bool, stage: str
) -> None:
    quote = await (shop.sent() if is_sent else shop.draft())

    with pytest.raises(Refused) as refusal:
        await moved(shop, quote, stage)

    assert (refusal.value.status, refusal.value.code) == (409, "stage_follows_the_answer")


async def test_a_draft_may_be_lost_and_found_again(shop: Shop) -> None:
    draft = await shop.draft()

    assert (await moved(shop, draft, "lost"))["stage"] == "lost"
    assert (await moved(shop, draft, "prospect"))["stage"] == "prospect"


async def test_an_answered_quote_stays_where_its_answer_puts_it(shop: Shop) -> None:
    sent = await shop.sent()
    await shop.accept(sent)

    with pytest.raises(Refused) as refusal:
        await moved(shop, sent, "qualified")

    assert refusal.value.code == "quote_is_closed"


async def test_an_organisation_writes_its_own_stages(shop: Shop) -> None:
    draft = await shop.draft()
    await moved(shop, draft, "qualified")

    await shop.do("PUT", "/pipeline", a_pipeline("contact", "negotiation", "proposal", "won", "lost"), Role.ADMIN)

    assert (await shop.do("GET", f"/quotes/{draft['id']}"))["stage"] == "contact"
    assert (await moved(shop, draft, "negotiation"))["stage"] == "negotiation"
    with pytest.raises(Refused, match="one of contact, negotiation, proposal, won, lost"):
        await moved(shop, draft, "qualified")
    shop.organisation = "other"
    assert [stage["key"] for stage in (await shop.do("GET", "/pipeline"))["stages"]] == DEFAULT


@pytest.mark.parametrize(
    "stages",
    [
        ("proposal", "won", "lost"),
        ("a", "b", "won", "lost"),
        ("a", "a", "proposal", "won", "lost"),
        ("*", "proposal", "won", "lost"),
    ],
)
async def test_stages_that_do_not_make_a_pipeline_are_refused(shop: Shop, stages: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        await shop.do("PUT", "/pipeline", a_pipeline(*stages), Role.ADMIN)

    assert refusal.value.status == 422
    assert [stage["key"] for stage in (await shop.do("GET", "/pipeline"))["stages"]] == DEFAULT


async def test_what_stands_in_a_hidden_stage_is_not_there(shop: Shop) -> None:
    won, draft = await shop.sent(), await shop.draft()
    await shop.accept(won)
    sales = shop.holding(stages=SEES_SALES)

    listed = await shop.do("GET", "/quotes", **sales)
    totals = await shop.do("GET", "/quotes/totals", **sales)

    assert [item["id"] for item in listed["items"]] == [draft["id"]]
    assert [row["stage"] for row in totals["stages"]] == ["prospect"]
    for path in ("", "/pdf"):
        assert (await shop.ask("GET", f"/quotes/{won['id']}{path}", **sales)).status_code == 404
    stages = (await shop.do("GET", "/pipeline", **sales))["stages"]
    assert [(stage["key"], stage["access"]) for stage in stages] == [*SEES_SALES.items()]


async def test_a_stage_that_is_only_visible_is_neither_left_nor_entered(shop: Shop) -> None:
    stands, other = await shop.draft(), await shop.draft()
    await moved(shop, stands, "qualified")
    sales = shop.holding(stages=SEES_SALES)
    acts = [
        ("PUT", f"/quotes/{stands['id']}/stage", {"stage": "prospect"}),
        ("PUT", f"/quotes/{other['id']}/stage", {"stage": "qualified"}),
        ("PUT", f"/quotes/{stands['id']}", shop.quote()),
        ("POST", f"/quotes/{stands['id']}/send", None),
    ]

    for method, path, body in acts:
        with pytest.raises(Refused) as refusal:
            await shop.do(method, path, body, **sales)
        assert (refusal.value.status, refusal.value.code) == (403, "stage_not_editable")
        assert refusal.value.problem["stage"] == "qualified"


async def test_who_may_not_work_on_won_quotes_wins_none(shop: Shop) -> None:
    sent = await shop.sent()

    answer = await shop.ask("POST", f"/quotes/{sent['id']}/accept", {"name": "Anne"}, **shop.holding(stages=SEES_SALES))

    assert (answer.status_code, answer.json()["stage"]) == (403, "won")


async def test_a_hidden_stage_is_no_stage_to_move_to(shop: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        await moved(shop, await shop.draft(), "lost", **shop.holding(stages=SEES_SALES))

    assert (refusal.value.status, "lost" in refusal.value.problem["errors"][0]["expected"]) == (422, False)


async def test_totals_follow_the_filters_of_the_list(shop: Shop) -> None:
    customer = shop.customer(name="Œuvres & Théâtre")
    await shop.draft(a_line("1", "10"), customer_id=customer)
    await shop.draft(a_line("2", "10"), customer_id=customer, currency="USD")
    await shop.sent(a_line("3", "10"), subject="Réfection 100 %")

    async def asked(query: str) -> tuple[int, list[tuple[str, str, int, str]]]:
        listed = await shop.do("GET", f"/quotes?{query}")
        totals = (await shop.do("GET", f"/quotes/totals?{query}"))["stages"]
        return len(listed["items"]), [(t["stage"], t["currency"], t["count"], t["total"]) for t in totals]

    prospects = [("prospect", "EUR", 1, "12.00"), ("prospect", "USD", 1, "24.00")]
    assert await asked("") == (3, [*prospects, ("proposal", "EUR", 1, "36.00")])
    assert await asked("stage=prospect") == (2, prospects)
    assert await asked("status=sent") == (1, [("proposal", "EUR", 1, "36.00")])
    assert await asked(f"customer_id={customer}") == (2, prospects)
    assert await asked("q=théâtre") == (2, prospects)
    assert await asked("q=100 %25") == (1, [("proposal", "EUR", 1, "36.00")])
    assert await asked("q=D-2026") == (1, [("proposal", "EUR", 1, "36.00")])
    assert await asked("stage=nowhere") == (0, [])

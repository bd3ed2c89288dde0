"""What the view of a quote tells of its follow-up: what was done, and what comes next."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.events import Event, MessageBounced, MessageFailed, MessageSent
from services.quotes.handlers import KeepOutcomes
from tests.services.quotes.shop import Shop


async def mailed(shop: Shop, quote: dict[str, Any], name: str, outcome: str = "sent", **more: str) -> None:
    kinds: dict[str, type[Event]] = {"sent": MessageSent, "bounced": MessageBounced}
    kind = kinds.get(outcome, MessageFailed)
    if outcome == "bounced":
        more = {"code": "5.1.1", "address_is_dead": "true"} | more
    facts = {
        "organisation": shop.organisation,
        "key": f"{quote['id']}:quote:{name}:1",
        "recipient": "anne@garage-lefevre.example",
        "outcome": outcome,
    }
    event = kind.model_validate(facts | more)
    async with shop.sessions() as session, session.begin():
        await KeepOutcomes(lambda: shop.now)(event, session)


async def following(shop: Shop, quote: dict[str, Any]) -> Any:
    return (await shop.do("GET", f"/quotes/{quote['id']}"))["follow_up"]


async def test_a_draft_has_no_follow_up(shop: Shop) -> None:
    assert (await shop.draft())["follow_up"] is None


async def test_from_sending_to_expiry_each_next_act_is_told(shop: Shop) -> None:
    sent = await shop.sent()
    assert await following(shop, sent) == {"done": [], "next": {"act": "send", "at": "2026-01-05T10:00:00Z"}}

    await mailed(shop, sent, "send")
    seen = await following(shop, sent)
    assert seen["next"] == {"act": "follow_up", "at": "2026-01-12T08:00:00Z"}
    assert seen["done"] == [
        {
            "name": "send",
            "status": "sent",
            "recipient": "anne@garage-lefevre.example",
            "reason": None,
            "at": "2026-01-05T10:00:00Z",
        }
    ]

    shop.days_pass(7)
    await mailed(shop, sent, "follow-up")
    seen = await following(shop, sent)
    assert [mail["name"] for mail in seen["done"]] == ["send", "follow_up"]
    assert seen["next"] == {"act": "expire", "at": "2026-02-04T23:00:00Z"}


async def test_nothing_follows_what_could_not_be_delivered(shop: Shop) -> None:
    sent = await shop.sent()

    await mailed(shop, sent, "send", "failed", reason="550 no such user")

    seen = await following(shop, sent)
    assert (seen["done"][0]["reason"], seen["next"]["act"]) == ("550 no such user", "expire")


async def test_an_uncertain_message_that_turns_out_sent_is_told_so(shop: Shop) -> None:
    sent = await shop.sent()
    await mailed(shop, sent, "send", "uncertain")
    assert (await following(shop, sent))["next"]["act"] == "follow_up"

    await mailed(shop, sent, "send")

    assert [mail["status"] for mail in (await following(shop, sent))["done"]] == ["sent"]


async def test_a_quote_that_came_back_stays_so_and_nothing_follows_it(shop: Shop) -> None:
    sent = await shop.sent()
    await mailed(shop, sent, "send")
    await mailed(shop, sent, "send", "bounced", reason="550 no such user")

    await mailed(shop, sent, "send")

    seen = await following(shop, sent)
    assert (seen["done"][0]["status"], seen["done"][0]["reason"]) == ("bounced", "550 no such user")
    assert seen["next"]["act"] == "expire"


async def test_an_answered_quote_has_nothing_next(shop: Shop) -> None:
    sent = await shop.sent()
    await shop.accept(sent)

    assert (await following(shop, sent))["next"] is None


@pytest.mark.parametrize(
    "other",
    [{"key": f"{uuid4()}:standard:first-reminder:1"}, {"key": f"{uuid4()}:quote:send:1"}, {"organisation": "o"}],
)
async def test_messages_about_anything_else_are_passed_over(shop: Shop, other: dict[str, str]) -> None:
    sent = await shop.sent()

    await mailed(shop, sent, "send", **other)

    assert (await following(shop, sent))["done"] == []


async def test_a_quote_sent_before_mails_were_recorded_tells_what_still_comes(shop: Shop) -> None:
    sent = await shop.sent()
    async with shop.sessions() as session, session.begin():
        await (await session.connection()).execute(text("delete from quote_mails"))

    assert (await following(shop, sent))["next"]["act"] == "follow_up"
    shop.days_pass(8)
    assert (await following(shop, sent))["next"]["act"] == "expire"

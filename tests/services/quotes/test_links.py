"""The secret link of a quote, and what its customer does with it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from chassis.clock import real_now
from chassis.idempotency import StoredAnswer
from chassis.limits import Limit, Limits, TooManyRequests
from contracts.events import QuoteAccepted, QuoteRefused
from services.quotes.links.models import QuoteLink
from tests.services.quotes.shop import Refused, Shop
from tests.services.quotes.test_sending import facts

ACCEPTANCE = {"name": "Anne Lefèvre", "mention": "Bon pour accord", "dated": "2026-01-05"}


async def told(shop: Shop, kind: type[QuoteAccepted | QuoteRefused]) -> int:
    return [fact.subject for fact in await facts(shop)].count(kind.type)


async def test_sending_makes_a_link_of_which_the_hash_alone_is_kept(shop: Shop) -> None:
    sent = await shop.sent()

    link = await shop.do("GET", f"/quotes/{sent['id']}/link")

    secret = await shop.link(sent)
    assert link["url"] == f"http://console.test/q/{secret}"
    assert len(secret) == 43
    assert link["expires_at"] == "2026-02-04T23:00:00Z"
    async with shop.sessions() as session:
        (kept,) = (await session.exec(select(QuoteLink))).all()
    assert secret not in str(kept.model_dump())


async def test_a_renewed_link_stands_in_no_kept_answer(shop: Shop) -> None:
    sent = await shop.sent()
    options = {"headers": {"Idempotency-Key": "once"}}

    first = await shop.do("POST", f"/quotes/{sent['id']}/link", **options)
    second = await shop.do("POST", f"/quotes/{sent['id']}/link", **options)

    assert (await shop.visit("GET", first["url"].rpartition("/")[2])).status_code == 404
    secret = second["url"].rpartition("/")[2]
    assert (await shop.visit("GET", secret)).status_code == 200
    async with shop.sessions() as session:
        kept = (await session.exec(select(StoredAnswer))).all()
    assert [each.key for each in kept if secret.encode() in each.body] == []


async def test_the_customer_reads_what_they_were_sent_and_nothing_else(shop: Shop) -> None:
    sent = await shop.sent()

    answer = await shop.visit("GET", await shop.link(sent))

    seen = answer.json()
    assert (seen["number"], seen["status"], seen["total"], seen["language"]) == (
        "D-2026-00001",
        "sent",
        "1200.00",
        "fr",
    )
    assert (seen["mention"], seen["seller"]["name"]) == ("Bon pour accord", "Atelier Brun")
    assert "RCS Nantes 732829320" in seen["seller"]["legal"]
    assert not {"id", "organisation", "stage", "margin", "follow_up", "acceptance"} & set(seen)
    assert not {"id", "cost_price"} & set(seen["lines"][0])
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_the_customer_reads_the_very_document_that_was_sent(shop: Shop) -> None:
    sent = await shop.sent()

    answer = await shop.visit("GET", await shop.link(sent), "/pdf")

    assert answer.content == await shop.pdf(sent["id"])
    assert answer.headers["content-type"] == "application/pdf"


async def test_an_acceptance_by_the_link_keeps_its_evidence(shop: Shop) -> None:
    sent = await shop.sent()
    shop.days_pass(2)

    answer = await shop.visit("POST", await shop.link(sent), "/accept", ACCEPTANCE)

    assert answer.json()["answer"] == {
        "name": "Anne Lefèvre",
        "mention": "Bon pour accord",
        "at": "2026-01-07T10:00:00Z",
    }
    kept = (await shop.do("GET", f"/quotes/{sent['id']}"))["acceptance"]
    evidence = ("name", "mention", "dated", "accepted_at", "ip_address", "document_sha256", "recorded_by")
    assert [kept[name] for name in evidence] == [
        "Anne Lefèvre",
        "Bon pour accord",
        "2026-01-05",
        "2026-01-07T10:00:00Z",
        "127.0.0.1",
        sent["document_sha256"],
        "customer",
    ]
    assert QuoteAccepted.model_validate_json((await facts(shop))[-1].body).acceptance.name == "Anne Lefèvre"


async def test_the_same_acceptance_several_times_at_once_is_one(shop: Shop) -> None:
    secret = await shop.link(await shop.sent())

    answers = await asyncio.gather(*(shop.visit("POST", secret, "/accept", ACCEPTANCE) for _ in range(4)))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert await told(shop, QuoteAccepted) == 1


async def test_another_answer_after_the_first_is_refused(shop: Shop) -> None:
    secret = await shop.link(await shop.sent())
    await shop.visit("POST", secret, "/accept", ACCEPTANCE)

    other = await shop.visit("POST", secret, "/accept", ACCEPTANCE | {"name": "Paul Lefèvre"})
    refusal = await shop.visit("POST", secret, "/refuse", {"reason": "trop cher"})

    assert (other.status_code, refusal.status_code) == (409, 409)
    assert await told(shop, QuoteRefused) == 0


async def test_a_refusal_by_the_link_keeps_its_reason_once(shop: Shop) -> None:
    sent = await shop.sent()
    secret = await shop.link(sent)

    answers = [await shop.visit("POST", secret, "/refuse", {"reason": "trop cher"}) for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["refused"] * 2
    assert (await shop.do("GET", f"/quotes/{sent['id']}"))["refusal_reason"] == "trop cher"
    assert await told(shop, QuoteRefused) == 1


@pytest.mark.parametrize("mention", ["bon pour accord.", "« Bon pour  accord »", "Accepted for agreement"])
async def test_the_mention_counts_in_either_language_however_it_is_written(shop: Shop, mention: str) -> None:
    secret = await shop.link(await shop.sent())

    assert (await shop.visit("POST", secret, "/accept", ACCEPTANCE | {"mention": mention})).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mention", "ok"),
        ("mention", ""),
        ("name", " "),
        ("dated", "2026-01-04"),
        ("dated", "2026-01-06"),
        ("dated", "today"),
    ],
)
async def test_an_incomplete_acceptance_names_what_is_missing(shop: Shop, field: str, value: str) -> None:
    secret = await shop.link(await shop.sent())

    answer = await shop.visit("POST", secret, "/accept", ACCEPTANCE | {field: value})

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert await told(shop, QuoteAccepted) == 0


async def dead_links(shop: Shop) -> dict[str, str]:
    revoked, renewed, over = await shop.sent(), await shop.sent(), await shop.sent(valid_until="2026-01-06")
    secrets = {"revoked": await shop.link(revoked), "renewed": await shop.link(renewed), "over": await shop.link(over)}
    await shop.ask("DELETE", f"/quotes/{revoked['id']}/link")
    await shop.do("POST", f"/quotes/{renewed['id']}/link")
    shop.days_pass(2)
    return secrets | {"unknown": "x" * 43, "short": "x", "foreign": "%00é"}


async def test_links_that_open_nothing_all_give_the_same_answer(shop: Shop) -> None:
    secrets = await dead_links(shop)
    shop.app.state.limits = Limits(answering=Limit(burst=100, per_minute=1))
    acts = [("GET", "", None), ("GET", "/pdf", None), ("POST", "/accept", ACCEPTANCE), ("POST", "/refuse", {})]

    answers = [
        await shop.visit(method, secret, path, body) for secret in secrets.values() for method, path, body in acts
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_a_renewed_link_opens_the_quote(shop: Shop) -> None:
    sent = await shop.sent()
    before = await shop.link(sent)

    made: Any = await shop.do("POST", f"/quotes/{sent['id']}/link")

    assert made["url"].endswith(await shop.link(sent))
    assert before != await shop.link(sent)
    assert (await shop.visit("GET", await shop.link(sent))).status_code == 200


async def test_a_revoked_link_stays_revoked_until_another_is_made(shop: Shop) -> None:
    sent = await shop.sent()
    for _ in range(2):
        assert (await shop.ask("DELETE", f"/quotes/{sent['id']}/link")).status_code == 204

    with pytest.raises(Refused) as refusal:
        await shop.link(sent)

    assert refusal.value.status == 404


async def test_an_answered_quote_gets_no_new_link(shop: Shop) -> None:
    sent = await shop.sent()
    await shop.accept(sent)

    with pytest.raises(Refused) as refusal:
        await shop.do("POST", f"/quotes/{sent['id']}/link")

    assert refusal.value.code == "quote_already_answered"


async def test_answers_are_limited_for_each_address(shop: Shop) -> None:
    answers = [await shop.visit("POST", "x", "/refuse", {}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 6


def test_a_limit_fills_again_with_time_and_is_of_each_address() -> None:
    limit, now = Limit(burst=2, per_minute=6), real_now()
    for _ in range(2):
        limit.take("192.0.2.1", now=now)

    limit.take("192.0.2.2", now=now)
    with pytest.raises(TooManyRequests) as refusal:
        limit.take("192.0.2.1", now=now)
    assert refusal.value.headers == {"retry-after": "10"}
    limit.take("192.0.2.1", now=now + timedelta(seconds=10))

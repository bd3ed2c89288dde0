"""Cost price, margin and discount: what each profile sees and may write, checked by the service."""

from typing import Any

import pytest
from sqlmodel import select

from chassis.auth import Role
from chassis.outbox import OutboxMessage
from contracts.rights import Access, Field
from tests.services.quotes.shop import Refused, Shop, a_line
from tests.services.quotes.test_sending import facts

HIDDEN, VISIBLE = Access.HIDDEN, Access.VISIBLE


def a_cost(**more: str) -> dict[str, str]:
    return a_line("10", "100", cost_price="60", discount_percent="10", **more)


async def drafted(shop: Shop, *lines: dict[str, str]) -> Any:
    """By an administrator, who may set everything."""
    return await shop.do("POST", "/quotes", shop.quote(*lines), Role.ADMIN)


async def test_an_administrator_sees_cost_margin_and_discount(shop: Shop) -> None:
    draft = await drafted(shop, a_cost())

    (line,) = draft["lines"]
    assert (line["cost_price"], line["discount_percent"], line["net"]) == ("60", "10", "900.00")
    assert draft["margin"] == {"amount": "300.00", "rate": "33.33"}
    assert (draft["total_discount"], draft["total_without_vat"], draft["total"]) == ("100.00", "900.00", "1080.00")


async def test_amounts_of_a_currency_without_cents_are_whole(shop: Shop) -> None:
    line = a_line("1", "333.2", vat_rate="11", discount_percent="10", cost_price="200.4")
    draft = await shop.do("POST", "/quotes", shop.quote(line, currency="XPF"), Role.ADMIN)

    assert (draft["total_without_vat"], draft["total_vat"], draft["total"]) == ("300.00", "33.00", "333.00")
    assert (draft["total_discount"], draft["margin"]["amount"]) == ("33.00", "100.00")


async def test_one_line_without_its_cost_price_leaves_the_margin_unknown(shop: Shop) -> None:
    assert (await drafted(shop, a_cost(), a_line()))["margin"] is None


async def test_a_loss_is_a_negative_margin_and_a_free_quote_has_no_rate(shop: Shop) -> None:
    loss = await drafted(shop, a_line("1", "50", cost_price="75"))
    free = await drafted(shop, a_line("1", "50", cost_price="75", discount_percent="100"))

    assert loss["margin"] == {"amount": "-25.00", "rate": "-50.00"}
    assert free["margin"] == {"amount": "-75.00", "rate": None}


async def test_sales_sees_neither_cost_nor_margin_anywhere(shop: Shop) -> None:
    draft = await drafted(shop, a_cost())
    path = f"/quotes/{draft['id']}"

    answers = [
        await shop.ask("GET", path),
        await shop.ask("GET", "/quotes"),
        await shop.ask("POST", f"{path}/send"),
        await shop.ask("POST", f"{path}/accept", {"name": "Anne"}),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert "cost_price" not in answer.text
        assert "margin" not in answer.text
    assert all("cost" not in fact.body for fact in await facts(shop))


@pytest.mark.parametrize("value", ["60", "1", None])
async def test_a_hidden_field_is_refused_by_its_name_and_nothing_is_stored(shop: Shop, value: str | None) -> None:
    body = shop.quote()
    body["lines"][0]["cost_price"] = value

    with pytest.raises(Refused) as refusal:
        await shop.do("POST", "/quotes", body)

    assert (refusal.value.status, refusal.value.code) == (403, "field_not_editable")
    assert [error["field"] for error in refusal.value.problem["errors"]] == ["lines.0.cost_price"]
    assert (await shop.do("GET", "/quotes"))["items"] == []


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_change_by_sales_keeps_the_cost_that_it_does_not_see(shop: Shop, by_id: bool) -> None:
    draft = await drafted(shop, a_cost(), a_line("1", "20", cost_price="5", description="Déplacement"))
    shown = (await shop.do("GET", f"/quotes/{draft['id']}"))["lines"]
    lines = [{name: value for name, value in line.items() if name != "net"} for line in reversed(shown)]
    for line in lines:
        line["quantity"] = "2"
        line["description" if by_id else "unit"] = "changed"
        if not by_id:
            del line["id"]

    await shop.do("PUT", f"/quotes/{draft['id']}", shop.quote(*lines))

    kept = (await shop.do("GET", f"/quotes/{draft['id']}", None, Role.ADMIN))["lines"]
    assert [(line["quantity"], line["cost_price"]) for line in kept] == [("2", "5"), ("2", "60")]


async def test_a_visible_field_may_be_sent_back_and_not_changed(shop: Shop) -> None:
    draft = await drafted(shop, a_cost())
    sees = shop.holding(fields={Field.QUOTE_COST_PRICE: VISIBLE, Field.QUOTE_DISCOUNT: VISIBLE})
    path = f"/quotes/{draft['id']}"

    same = await shop.do("PUT", path, shop.quote(a_cost(unit="HUR")), **sees)
    assert (same["lines"][0]["cost_price"], same["lines"][0]["unit"]) == ("60", "HUR")
    for changed in ({"cost_price": "59"}, {"discount_percent": "11"}):
        with pytest.raises(Refused) as refusal:
            await shop.do("PUT", path, shop.quote(a_cost() | changed), **sees)
        assert refusal.value.status == 403
        assert refusal.value.problem["errors"][0]["field"] == f"lines.0.{next(iter(changed))}"


async def test_a_hidden_discount_can_be_read_off_nothing(shop: Shop) -> None:
    draft = await drafted(shop, a_cost(), a_line())
    blind = shop.holding(fields={Field.QUOTE_DISCOUNT: HIDDEN})
    await shop.do("POST", f"/quotes/{draft['id']}/send")

    seen = await shop.do("GET", f"/quotes/{draft['id']}", **blind)
    shown = [
        await shop.ask(method, f"/quotes/{draft['id']}/{what}", **blind)
        for method, what in (("GET", "pdf"), ("GET", "link"), ("POST", "link"))
    ]

    assert "total_discount" not in seen
    assert ["unit_price" in line for line in seen["lines"]] == [False, True]
    assert all("discount_percent" not in line for line in seen["lines"])
    assert [(each.status_code, each.json()["errors"][0]["field"]) for each in shown] == [(403, "discount_percent")] * 3


async def test_who_does_not_see_discounts_shares_a_quote_that_has_none(shop: Shop) -> None:
    sent = await shop.sent(a_line())
    blind = shop.holding(fields={Field.QUOTE_DISCOUNT: HIDDEN})

    for method, status in (("GET", 200), ("POST", 201), ("DELETE", 204)):
        assert (await shop.ask(method, f"/quotes/{sent['id']}/link", **blind)).status_code == status


async def test_who_does_not_see_a_discount_cannot_replace_the_line_that_has_it(shop: Shop) -> None:
    draft = await drafted(shop, a_cost())

    with pytest.raises(Refused) as refusal:
        await shop.do(
            "PUT", f"/quotes/{draft['id']}", shop.quote(), **shop.holding(fields={Field.QUOTE_DISCOUNT: HIDDEN})
        )

    assert (refusal.value.status, refusal.value.code) == (403, "field_not_editable")


@pytest.mark.parametrize(
    "line", [a_line("1000000", "1", cost_price="10000"), a_line("1000000", "10000", discount_percent="100")]
)
async def test_sums_that_do_not_fit_are_refused(shop: Shop, line: dict[str, str]) -> None:
    with pytest.raises(Refused) as refusal:
        await drafted(shop, line)

    assert (refusal.value.status, refusal.value.problem["errors"][0]["field"]) == (422, "lines")


async def test_the_printed_document_shows_the_discount_and_never_the_cost(shop: Shop) -> None:
    draft = await drafted(shop, a_line("1", "100", cost_price="61.37", discount_percent="10"))
    sent = await shop.do("POST", f"/quotes/{draft['id']}/send", None, Role.ADMIN)

    shown = await shop.visit("GET", await shop.link(sent))

    assert shown.json()["lines"][0]["discount_percent"] == "10"
    assert "61.37" not in shown.text
    assert "cost" not in shown.text


async def test_the_audit_tells_who_changed_the_lines_and_not_what_they_cost(shop: Shop) -> None:
    draft = await drafted(shop, a_line("1", "100", cost_price="61.37"))
    await shop.do("PUT", f"/quotes/{draft['id']}", shop.quote(a_line("2", "100", cost_price="62.38")), Role.ADMIN)

    async with shop.sessions() as session:
        told = [message.body for message in (await session.exec(select(OutboxMessage))).all()]
    assert any('"cost_price":"(hidden)"' in body for body in told)
    assert not any("61.37" in body or "62.38" in body for body in told)

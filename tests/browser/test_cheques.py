"""An accountant and a pile of cheques, by keyboard alone: what is recorded, and how long a person takes for it."""

import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from deploy.local.launch import ROOT
from tests.browser.conftest import Shown
from tests.services.console.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIVE_MINUTES = 300.0
KEY_S, THOUGHT_S = 0.28, 1.35
"""A key pressed by who types 40 words a minute, and a thought before it, by the keystroke-level model (Card, Moran and
Newell, 1980)."""
THOUGHTS = 3
"""Of a cheque: whom it is from, how much it is, and whether the proposal is right."""
CUSTOMERS = ("Boulangerie Arnaud", "Garage Blanchet", "Menuiserie Colin", "Pharmacie Dumas", "Fleuriste Esnault")


@dataclass
class Typist:
    """Who types on this page: how many keys, how many thoughts, and the seconds of waiting for what they must see."""

    page: Page
    keys: int = 0
    thoughts: int = 0
    waited: float = 0.0

    @property
    def seconds(self) -> float:
        """As a person takes them. They wait while they type, too: here the two are added up."""
        return self.keys * KEY_S + self.thoughts * THOUGHT_S + self.waited

    async def types(self, text: str) -> None:
        await self.page.keyboard.type(text)
        self.keys += len(text)

    async def presses(self, key: str) -> None:
        await self.page.keyboard.press(key)
        self.keys += 1

    async def sees(self, appearing: Awaitable[None]) -> None:
        began = time.monotonic()
        await appearing
        self.waited += time.monotonic() - began

    def tell(self) -> None:
        words = (
            f"{self.keys} keys and {self.thoughts} thoughts: {self.seconds:.0f} s of {FIVE_MINUTES:.0f}, "
            f"of which {self.waited:.1f} s of waiting\n"
        )
        path = Path(ROOT) / "build" / "cheques.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(words)


@dataclass(frozen=True)
class Cheque:
    """What one types to find the invoice, and the amount; the invoices that are paid then, with their shares."""

    words: str
    amount: str
    pays: Sequence[tuple[Any, str]]

    @property
    def numbers(self) -> list[str]:
        return [invoice["number"] for invoice, _ in self.pays]


async def open_the_entry(page: Page, place: Place) -> None:
    """A browser gives `autofocus` its effect with a frame, which may come after `load`: keys before it go nowhere."""
    await page.goto(f"{place.url}/payments")
    await expect(page.locator("#entry-q")).to_be_focused()


async def enter(typist: Typist, cheque: Cheque) -> None:
    page = typist.page
    await typist.sees(expect(page.locator("#entry-q")).to_be_focused())
    typist.thoughts += THOUGHTS
    await typist.types(cheque.words)
    await typist.presses("Tab")
    await typist.types(cheque.amount)
    proposed = page.locator("#proposals input[name=invoice]:checked")
    await typist.sees(expect(proposed).to_have_value(f"{cheque.numbers[0]} EUR"))
    if len(cheque.pays) > 1:
        await typist.sees(expect(page.get_by_label("Share it among")).to_be_checked())
    await typist.presses("Enter")
    told = f"Recorded, and allocated to {', '.join(cheque.numbers)}."
    await typist.sees(expect(page.locator(".notice.done")).to_contain_text(told))


async def a_pile(place: Place) -> list[Cheque]:
    """Twenty: eleven by number, of which one pays a part and one two invoices; nine by the customer's name."""
    place.at("2026-01-05")
    pile: list[Cheque] = []
    for at, name in enumerate(CUSTOMERS):
        customer = await place.office.customer(name=name)
        owed = [await place.owes(to=customer, due=f"2026-03-0{day}", amount=f"{100 + 10 * at + day}.00")
                for day in range(1, 5)]  # fmt: skip
        words = name.split()[1].lower()
        pile += [_cheque(each["number"] if day % 2 else words, each) for day, each in enumerate(owed)]
    place.at("2026-02-23")
    owner = pile[-1].pays[0][0]["customer_id"]
    further = await place.owes(to=owner, due="2026-03-20", amount="50.00")
    last = pile[-1].pays[0]
    total = Decimal(last[1]) + Decimal(further["total"])
    pile[-1] = Cheque(pile[-1].words, str(total), [last, (further, further["total"])])
    part = pile[2].pays[0][0]
    pile[2] = Cheque(part["number"], "30", [(part, "30.00")])
    return pile


def _cheque(words: str, invoice: Any) -> Cheque:
    return Cheque(words, invoice["total"], [(invoice, invoice["total"])])


async def applied(place: Place, invoice: Any) -> list[str]:
    """What was brought to the invoice, payment by payment."""
    history = await place.office.do("GET", f"/receivables/{invoice['id']}/history")
    return [movement["amount"] for movement in history["movements"]]


@pytest.mark.browser
async def test_an_accountant_enters_twenty_cheques_in_five_minutes_by_keyboard_alone(bare: Shown) -> None:
    place = bare.place
    pile = await a_pile(place)
    assert len(pile) == 20

    async with bare.page("accountant") as page:
        typist = Typist(page)
        await page.goto(f"{place.url}/payments")
        for cheque in pile:
            await enter(typist, cheque)

    typist.tell()
    assert typist.seconds < FIVE_MINUTES
    for cheque in pile:
        for invoice, share in cheque.pays:
            assert await applied(place, invoice) == [share]
            stands = await place.office.do("GET", f"/receivables/{invoice['id']}")
            assert Decimal(stands["balance"]) == Decimal(invoice["total"]) - Decimal(share)


async def test_a_cheque_for_two_invoices_is_shared_by_keyboard_alone(bare: Shown) -> None:
    place = bare.place
    place.at("2026-01-05")
    first = await place.owes("Deux factures", due="2026-03-01", amount="100.00")
    second = await place.owes(to=first["customer_id"], due="2026-03-02", amount="50.00")
    place.at("2026-02-23")

    async with bare.page("accountant") as page:
        await open_the_entry(page, place)
        await page.keyboard.type(first["number"])
        await page.keyboard.press("Tab")
        await page.keyboard.type("180")
        await expect(page.get_by_label("Share it among")).to_be_checked()
        await expect(page.locator("#proposals")).to_contain_text("€60.00")
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice.done")).to_contain_text(f"{first['number']}, {second['number']}.")


async def tab_to(page: Page, wanted: Locator) -> None:
    """By the keyboard, as far as it takes."""
    for _ in range(15):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by the keyboard")


async def test_another_proposal_is_chosen_by_keyboard_alone(bare: Shown) -> None:
    place = bare.place
    place.at("2026-01-05")
    first = await place.owes("Trois factures", due="2026-03-01", amount="100.00")
    further = [await place.owes(to=first["customer_id"], due=f"2026-03-0{day}", amount="50.00") for day in (2, 3)]
    place.at("2026-02-23")

    async with bare.page("accountant") as page:
        proposed = [page.get_by_role("radio", name=each["number"]) for each in (first, *further)]
        share = page.get_by_label("Share it among")
        await open_the_entry(page, place)
        await page.keyboard.type("trois")
        await page.keyboard.press("Tab")
        await page.keyboard.type("121")
        await expect(share).to_be_checked()

        await tab_to(page, proposed[0])
        for chosen, invoice in zip(proposed[1:], further, strict=True):
            await page.keyboard.press("ArrowDown")
            await expect(page.locator("#proposals .list li").first).to_have_text(f"{invoice['number']}€60.00")
            await expect(chosen).to_be_checked()
            await expect(chosen).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await expect(page.locator("#proposals .list li").first).to_have_text(f"{further[0]['number']}€60.00")
        await tab_to(page, share)
        async with page.expect_response("**/payments/proposals*"):
            await page.keyboard.press("Space")
        await expect(share).not_to_be_checked()
        await expect(share).to_be_focused()
        await page.keyboard.press("Enter")

        await expect(page.locator(".notice.done")).to_contain_text(
            f"Recorded, and allocated to {further[0]['number']}."
        )
    assert await applied(place, further[0]) == ["60.00"]
    assert (await applied(place, first), await applied(place, further[1])) == ([], [])


async def test_a_currency_is_chosen_by_keyboard_alone(bare: Shown) -> None:
    async with bare.page("accountant") as page:
        await open_the_entry(page, bare.place)
        await page.keyboard.type("nobody knows this")
        await page.keyboard.press("Tab")
        await page.keyboard.type("75")
        await expect(page.locator("#proposals")).to_contain_text("No open invoice fits")
        currency = page.get_by_label("Currency")
        await tab_to(page, currency)
        await page.keyboard.type("USD")
        await expect(currency).to_have_value("USD")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")

        await expect(page.locator(".notice.done")).to_contain_text("It is not allocated yet.")
        recorded = page.locator("#results tbody tr", has_text="nobody knows this")
        await expect(recorded).to_contain_text("US$75.00")

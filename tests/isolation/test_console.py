"""The console's pages and actions, asked for what is another organisation's by someone who may do everything."""

import ast
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.console import pages as console_pages
from tests.isolation.conftest import NAMES
from tests.isolation.console import Desk, Page, a_desk, pages
from tests.isolation.ground import OURS, Rows, nobodys
from tests.support.lent import Pool
from tests.support.tokens import Keys

UNDER = {"templates": "templates.key", "scenarios": "scenarios.key", "people": "profiles.key"}
"""What `key` means in an address that begins so."""
MEANS = {"letter_id": "letters.letter_id"}
BELOW = {"step": "wait", "number": "1", "language": "fr", "name": "billing", "letter": "1", "day": "2026-02-09"}
"""What stands below something that is named before it in the address, or belongs to nobody."""
FIELDS = {
    "text": "Called.", "note": "Called.", "reason": "insolvent", "amount": "1.00", "method": "transfer",
    "received_on": "2026-01-10", "due_date": "2027-03-01", "date": "2027-03-01", "until": "", "step": "call",
    "name": "Someone", "email": "someone@example.com", "profile": "viewer", "language": "fr", "outcome": "other",
    "posted_on": "2026-02-09", "tracking_number": "1A", "kind": "event", "days": "200", "offset": "200", "query": "",
    "mention": "ok", "role": "", "subject": "Reminder", "html": "", "about": "receivable", "sample": "professional",
    "names.fr": "X", "names.en": "X", "confirm": "yes", "side": "after", "key": "wait", "currency": "EUR", "day": "0",
    "follow_up_days": "7", "lines.0.description": "Work", "lines.0.quantity": "1", "lines.0.unit_price": "1",
    "lines.0.vat_rate": "20", "weekday": "4", "hour": "8",
}  # fmt: skip
"""One form for all: each action reads its own fields."""
OF_ONES_OWN = {
    Page("GET", "/templates/{key}/{language}"),
    *(Page("POST", f"/templates/{{key}}/{{language}}{act}") for act in ("", "/preview", "/mail", "/letter", "/test")),
    Page("POST", "/scenarios/{key}/steps/{step}/check"),
    Page("POST", "/people/profiles/{key}"),
    Page("POST", "/people/calendars/{owner}/revoke"),
    Page("POST", "/people/overdue-lists/{owner}/end"),
}
"""Where a new thing of one's own begins under whatever name, nothing is named but a text that the form
holds, or nobody's calendar or list ends."""
NEEDS_A_QUERY = {Page("GET", "/templates/{key}/{language}/comparison"), Page("GET", "/scenarios/{key}/preview/text")}
NAMES_NOTHING = {Page("GET", "/letters/print/{day}"), Page("POST", "/operations/dead-letters/{name}/{letter}/replay")}


@pytest.mark.timeout(300)  # it asks for two hundred pages, of five services
async def test_no_page_shows_or_changes_what_is_of_another_organisation(
    database_of: Callable[[str], Awaitable[str]], keys: Keys, pool: Pool
) -> None:
    dsns = {name: await database_of(name) for name in NAMES}
    async with a_desk(dsns, keys, pool) as desk:
        wrong = []
        every = sorted((p for p in pages() if p not in NAMES_NOTHING), key=lambda page: page in OF_ONES_OWN)
        for page in every:
            try:
                await (look(desk, page) if page.names else look_beside(desk, page))
            except AssertionError as error:
                wrong.append(str(error))
        wrong += await not_there_for_us(desk, every)
    assert not wrong, "\n".join(wrong)
    assert len(every) > 70


async def look(desk: Desk, page: Page) -> None:
    """The whole address is ours, and so is every id that the form may hold. Some refusals are told at the form."""
    ours = named_by(desk, page)
    nobody = {name: value if name in BELOW else nobodys(value) for name, value in ours.items()}
    fields = {name: str(desk.ids(OURS)[name]) for name in HELD}
    before = await rows(desk, page)
    shown = await desk.ask(page, ours, FIELDS | fields)
    after = await rows(desk, page)
    compared = await desk.ask(page, nobody, FIELDS | fields)

    check_rows(page, before, after, is_refused=page not in OF_ONES_OWN)
    assert shown.status_code == compared.status_code, f"{page}: {shown.status_code}, not {compared.status_code}"
    if page not in OF_ONES_OWN:
        assert shown.status_code in (404, 422), f"{page}: {shown.status_code} {shown.headers.get('location')}"
    assert OURS not in without(shown.text, [*ours.values(), *fields.values()]), f"{page}: it tells of {OURS}"


async def look_beside(desk: Desk, page: Page) -> None:
    """What names nothing in its address may do so in its form, or in its query."""
    ids = {name: str(desk.ids(OURS)[name]) for name in HELD}
    ids |= {"invoice": ids["invoice_id"], "number": str(desk.ids(OURS)["invoice_number"])}
    before = await rows(desk, page)
    if page.method == "GET":
        shown = await desk.browser.client.get(page.path, params=ids)
    else:
        shown = await desk.ask(page, {}, FIELDS | ids)
    after = await rows(desk, page)

    check_rows(page, before, after, is_refused=False)
    assert shown.status_code < 500, f"{page}: {shown.status_code}"
    assert OURS not in without(shown.text, ids.values()), f"{page}: it tells of {OURS}"


async def not_there_for_us(desk: Desk, every: Iterable[Page]) -> list[str]:
    """Addresses that name nothing even to their owner: that nothing is there for others would prove nothing."""
    wrong = []
    for page in every:
        if page.names and page.method == "GET" and page not in NEEDS_A_QUERY:
            answer = await desk.owner.get(page.at(named_by(desk, page)))
            wrong += [f"{page}: {answer.status_code} to its owner"] if answer.status_code not in (200, 303) else []
    return wrong


async def rows(desk: Desk, page: Page) -> list[Rows]:
    """What a GET leaves is not looked at, which spares half of the time."""
    return await desk.rows() if page.method == "POST" else []


def check_rows(page: Page, before: Sequence[Rows], after: Sequence[Rows], *, is_refused: bool) -> None:
    for was, now in zip(before, after, strict=True):
        assert now.ours == was.ours, f"{page}: a row of {OURS} was written"
        assert now.every == was.every or not is_refused, f"{page}: something was written"


def named_by(desk: Desk, page: Page) -> dict[str, Any]:
    ids = desk.ids(OURS)
    unknown = [name for name in page.names if name not in BELOW and meaning(page, name) not in ids]
    assert not unknown, f"{page}: what do {unknown} stand for? Class them in tests/isolation/test_console.py"
    return {name: ids[meaning(page, name)] if meaning(page, name) in ids else BELOW[name] for name in page.names}


def without(text: str, asked: Iterable[Any]) -> str:
    """What a page says beside what it was asked."""
    for value in sorted(map(str, asked), key=len, reverse=True):
        text = text.replace(value, "*")
    return text


def meaning(page: Page, name: str) -> str:
    return UNDER.get(page.path.split("/")[1], "") if name == "key" else MEANS.get(name, name)


HELD = ("customer_id", "invoice_id", "corrects", "scenario", "template", "stage", "assignee", "profile")
"""Fields of forms that name something; `invoice` and `number` do so too."""
ORDINARY = frozenset(
    """
    about again amount as_letter asked because code creates_users currency current iss language method name note offset
    order_reference outcome password query reason received_on remittance role sample share side start state status
    step subject text theme tracking_number key kind like
    after at before cases cursor date dated day days due due_date email every_days follow_up_days found_for from
    invoice make_default max_amount mention min_amount min_days_late minimum next number promised_on q reversed_on
    scope seen since sort times to until valid_until when weekday hour
    """.split()
)
"""Texts, figures and days, what stands below something that is named beside it, and secrets of a sign-in."""


def fields_read() -> set[str]:
    """The names of all fields that a page reads of a form or of its address."""
    found = set()
    for path in Path(console_pages.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
                whence = node.func.value
                name = whence.id if isinstance(whence, ast.Name) else getattr(whence, "attr", "")
                if name in ("form", "query", "posted"):
                    found |= {str(each.value) for each in node.args[:1] if isinstance(each, ast.Constant)}
    return found


READS = {
    "value",
    "text",
    "amount",
    "optional_amount",
    "exact",
    "whole",
    "day",
    "optional_day",
    "choice",
    "identity",
    "get",
}


def test_every_field_of_every_form_is_classed() -> None:
    unknown = fields_read() - set(HELD) - ORDINARY
    assert sorted(unknown) == [], "is one of these an id? Class them in tests/isolation/test_console.py"

"""I5: numbers have no gap and no duplicate, whoever issues at the same time and whatever fails."""

import asyncio
from collections.abc import Sequence
from itertools import chain, zip_longest
from uuid import UUID

from services.billing.invoices.use_cases import issue_invoice
from tests.services.billing.office import Office, a_line

CALLERS = 8


class PowerCut(Exception):
    """The transaction ends here, after everything was written."""


async def test_two_hundred_invoices_issued_by_eight_callers_are_numbered_from_1_to_200(
    office: Office, customer: UUID
) -> None:
    drafts = await drafts_of(office, customer, 200)

    await at_once(office, [("issue", draft) for draft in drafts])

    assert await numbers_of(office) == [f"F-2026-{number:05d}" for number in range(1, 201)]


async def test_transactions_that_fail_give_their_numbers_back(office: Office, customer: UUID) -> None:
    good, late, cut = [await drafts_of(office, customer, count) for count in (60, 20, 20)]
    mixed = zip_longest(*([(what, draft) for draft in drafts] for what, drafts in
                          (("issue", good), ("issue due yesterday", late), ("issue and fail", cut))))  # fmt: skip

    await at_once(office, [each for each in chain.from_iterable(mixed) if each])

    assert await numbers_of(office) == [f"F-2026-{number:05d}" for number in range(1, 61)]


async def test_one_draft_issued_by_eight_callers_at_once_has_one_number(office: Office, customer: UUID) -> None:
    (draft,) = await drafts_of(office, customer, 1)

    answers = await asyncio.gather(*(office.ask("POST", f"/invoices/{draft}/issue") for _ in range(CALLERS)))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (CALLERS - 1)
    assert await numbers_of(office) == ["F-2026-00001"]


async def drafts_of(office: Office, customer: UUID, count: int) -> list[UUID]:
    return [UUID((await office.draft(customer, a_line()))["id"]) for _ in range(count)]


async def at_once(office: Office, work: Sequence[tuple[str, UUID]]) -> None:
    waiting = iter(work)

    async def caller() -> None:
        for what, draft in waiting:
            await carry_out(office, what, draft)

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def carry_out(office: Office, what: str, draft: UUID) -> None:
    if what == "issue and fail":
        await issue_and_fail(office, draft)
        return
    body = {"due_date": "2026-01-14"} if what == "issue due yesterday" else None
    answer = await office.ask("POST", f"/invoices/{draft}/issue", body)
    assert answer.status_code == (422 if body else 200), answer.text


async def issue_and_fail(office: Office, draft: UUID) -> None:
    try:
        async with office.sessions() as session, session.begin():
            await issue_invoice(session, office.organisation, draft, due_date=None, now=office.now)
            raise PowerCut
    except PowerCut:
        return


async def numbers_of(office: Office) -> list[str]:
    numbers: list[str] = []
    asked = {"status": "issued", "limit": "90"}
    while True:
        page = await office.do("GET", "/invoices", params=asked)
        numbers += [invoice["number"] for invoice in page["items"]]
        if page["next"] is None:
            return sorted(numbers)
        asked["cursor"] = page["next"]

"""What `relance reconcile` asks of notify, once events of invoices were lost."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from chassis.auth import Role
from contracts.events.billing import InvoiceBalanceChanged, InvoiceSettled
from tests.services.notify.actions.speaking import INVOICE, Body, Notify, a_context
from tests.services.notify.actions.test_closings import close
from tests.services.notify.actions.test_reopenings import BACK, OWED, WITHDRAWN, plan, statuses

PATH = f"/heard-receivables/{INVOICE}"


def a_receivable(kind: Any = InvoiceBalanceChanged, **changes: Any) -> Body:
    return dict(kind.example | {"invoice_id": INVOICE, "balance": OWED, "version": 2} | changes)


def paid(version: int) -> Body:
    return a_receivable(InvoiceSettled, version=version, balance="0.00")


async def take(notify: Notify, receivable: Body, *, path: str = PATH, role: Role = Role.ADMIN) -> httpx2.Response:
    return await notify.client.put(path, json=receivable, headers=notify.keys.bearer(role, organisation="demo"))


async def heard(notify: Notify, *, organisation: str = "demo") -> int | None:
    """The version by which the letter and the call of the invoice go."""
    answer = await notify.get("/heard-receivables", role=Role.ADMIN, organisation=organisation, invoice_id=INVOICE)
    return next((each["version"] for each in answer.raise_for_status().json()), None)


async def test_a_letter_and_a_call_of_an_invoice_that_was_paid_unheard_are_withdrawn(notify: Notify) -> None:
    await plan(notify)
    assert await heard(notify) == 1

    answer = await take(notify, paid(version=3))

    assert (answer.status_code, await statuses(notify), await heard(notify)) == (204, WITHDRAWN, 3)


async def test_a_letter_that_asks_for_what_was_paid_unheard_is_withdrawn_and_the_call_stays(notify: Notify) -> None:
    await plan(notify)

    await take(notify, a_receivable(balance="234.50"))

    assert (await statuses(notify), await heard(notify)) == (("withdrawn", "opened"), 2)


async def test_what_was_withdrawn_comes_back_when_the_invoice_was_opened_again_unheard(notify: Notify) -> None:
    await plan(notify)
    await close(notify, version=2)
    assert (await statuses(notify), await heard(notify)) == (WITHDRAWN, 2)

    await take(notify, a_receivable(version=3))

    assert (await statuses(notify), await heard(notify)) == (BACK, 3)


async def test_the_same_again_and_an_older_one_change_nothing(notify: Notify) -> None:
    await plan(notify)
    for receivable in (paid(version=3), paid(version=3), a_receivable(version=2)):
        await take(notify, receivable)

    assert (await statuses(notify), await heard(notify)) == (WITHDRAWN, 3)


async def test_what_speaks_of_the_receivable_as_it_is_stays(notify: Notify) -> None:
    await notify.prepared(context=a_context(receivable={"version": 5}))

    await take(notify, a_receivable(version=5, balance="1.00"))

    assert await heard(notify) == 5
    assert [each["status"] for each in (await notify.get("/letters")).json()["items"]] == ["prepared"]


async def test_an_invoice_with_nothing_left_to_do_is_not_told(notify: Notify) -> None:
    letter = await notify.prepared()
    posting = {"posted_on": "2026-04-01"}
    await notify.post(f"/letters/{letter['evidence']['letter_id']}/posted", posting, role=Role.COLLECTOR)

    assert await heard(notify) is None


async def test_another_organisation_is_told_of_nothing_and_changes_nothing(notify: Notify) -> None:
    await plan(notify)

    assert await heard(notify, organisation="other") is None
    refused = await take(notify, paid(version=3) | {"organisation": "other"})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "organisation")
    assert (await take(notify, paid(version=3), path=f"/heard-receivables/{uuid4()}")).status_code == 422
    assert await statuses(notify) == BACK


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMIN])
async def test_only_who_may_repair_says_what_was_missed(notify: Notify, role: Role) -> None:
    assert (await take(notify, paid(version=3), role=role)).status_code == 403
    assert (await notify.get("/heard-receivables", role=role, invoice_id=INVOICE)).status_code == 403

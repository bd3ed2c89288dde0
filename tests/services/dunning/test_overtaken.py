"""Whether a case knows later news than a decision that ends it."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from contracts.clock import Clock
from contracts.dunning import CaseState, ClosingReason, Decision, Outcome, Reason
from contracts.receivable import ReceivableStatus
from services.dunning.cases.models import Case
from services.dunning.journal.domain import is_overtaken
from tests.services.dunning.desk import on

OPENED = on("2026-02-02")
BEFORE, SINCE = OPENED - timedelta(seconds=1), OPENED + timedelta(days=7)


def a_case(*, run: int, opened_version: int | None, version: int) -> Case:
    return Case(
        organisation="acme",
        invoice_id=uuid4(),
        customer_id=uuid4(),
        number="F-2026-00042",
        due_date=on("2026-01-31").date(),
        total=Decimal(1200),
        balance=Decimal(1200),
        currency="EUR",
        receivable_status=ReceivableStatus.OPEN,
        receivable_version=version,
        scenario="default",
        version=1,
        state=CaseState.ACTIVE,
        run=run,
        created_at=OPENED,
        opened_at=OPENED,
        opened_version=opened_version,
    )


@pytest.mark.parametrize("run", [1, 2])
@pytest.mark.parametrize(
    ("seen", "opened_version", "version", "is_late"),
    [
        (6, 5, 5, False),
        (5, 5, 6, True),  # it is owed again since
        (3, 7, 7, False),  # billing counts again from an earlier version
        (3, None, 7, True),  # an earlier release opened it
        (3, 5, 7, True),
    ],
)
def test_an_end_seen_since_the_run_began(
    run: int, seen: int, opened_version: int | None, version: int, is_late: bool
) -> None:
    assert _is_overtaken(a_case(run=run, opened_version=opened_version, version=version), seen, SINCE) is is_late


@pytest.mark.parametrize(("run", "seen", "is_late"), [(1, 5, True), (2, 5, True), (1, 6, False), (2, 6, True)])
def test_an_end_seen_before_the_run_began(run: int, seen: int, is_late: bool) -> None:
    assert _is_overtaken(a_case(run=run, opened_version=6, version=6), seen, BEFORE) is is_late


def test_an_end_of_an_unknown_moment_is_judged_by_its_version() -> None:
    case = a_case(run=2, opened_version=7, version=7)

    assert _is_overtaken(case, 3, None)
    assert not _is_overtaken(case, 7, None)


def _is_overtaken(case: Case, seen: int, as_of: object) -> bool:
    facts = {"receivable_version": seen, "as_of": as_of, "closes": ClosingReason.SETTLED}
    decision = Decision.model_validate({"outcome": Outcome.SKIPPED, "reason": Reason.SETTLED} | facts)
    return is_overtaken(case, decision, Clock())

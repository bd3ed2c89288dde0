"""Whether a case knows later news than a decision that ends it."""

from decimal import Decimal
from uuid import uuid4

import pytest

from contracts.dunning import CaseState, ClosingReason, Decision, DecisionRecord, Outcome, Reason
from contracts.receivable import ReceivableStatus
from services.dunning.cases.models import Case
from services.dunning.journal.domain import is_overtaken
from tests.services.dunning.desk import on
from tests.workflows.test_decision import a_turn

OPENED = on("2026-02-02")


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
        (None, 5, 7, False),  # an earlier release decided it
    ],
)
def test_an_end_that_this_run_saw_is_judged_by_its_version(
    run: int, seen: int | None, opened_version: int | None, version: int, is_late: bool
) -> None:
    case = a_case(run=run, opened_version=opened_version, version=version)
    assert is_overtaken(case, a_record(case.run, seen)) is is_late


@pytest.mark.parametrize("seen", [5, 6, 7, None])
def test_an_end_that_an_earlier_run_saw_is_none_of_this_one(seen: int | None) -> None:
    assert is_overtaken(a_case(run=2, opened_version=6, version=6), a_record(1, seen))


def test_what_ends_nothing_is_never_overtaken() -> None:
    case = a_case(run=2, opened_version=6, version=6)
    assert not is_overtaken(case, a_record(1, 5, closes=None))


def a_record(run: int, seen: int | None, closes: ClosingReason | None = ClosingReason.SETTLED) -> DecisionRecord:
    facts = {"outcome": Outcome.SKIPPED, "reason": Reason.SETTLED, "receivable_version": seen, "closes": closes}
    turn = a_turn().model_copy(update={"run": run})
    return DecisionRecord(turn=turn, decision=Decision.model_validate(facts), decided_at=OPENED)

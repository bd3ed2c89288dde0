"""Cases that a worker of before decision 0024 began, and one of today goes on with."""

from datetime import UTC, datetime, timedelta

import httpx2
from temporalio import workflow

from contracts.dunning import WORKFLOW, ClosingReason, DunningCase, Hold, HoldKind, Outcome
from tests.workflows.stage import Case, Stage
from tests.workflows.world import NOTICE_FOR_CONSUMERS
from workflows.dunning.workflow import DunInvoice


@workflow.defn(name=WORKFLOW)
class AsBefore(DunInvoice):
    """It knows no patch, and tells dunning nothing of the rule."""

    @workflow.init
    def __init__(self, case: DunningCase) -> None:
        super().__init__(case)
        self.is_as_before = True

    @workflow.run
    async def run(self, case: DunningCase) -> ClosingReason:
        return await super().run(case)


def rules(case: Case) -> list[bool]:
    """Of each turn that was decided on: whether it was by the rule of today."""
    return [record.turn.superseded_if_reached for record in case.world.records.values()]


async def test_a_run_that_went_by_the_rule_before_goes_on_so_and_dunning_follows_it(stage: Stage) -> None:
    case = await stage.start(on_day=33, scenario=NOTICE_FOR_CONSUMERS, code=AsBefore)
    await case.on_day(34)
    assert case.world.outcomes == [("formal-notice", Outcome.SKIPPED, "condition")]
    await stage.upgrade(case)

    await case.on_day(41)

    assert case.world.steps == ["call"]
    assert rules(case) == [False, False]
    assert {*case.world.done} == {"first-reminder#1", "second-reminder#1", "formal-notice#1", "call#1"}
    assert await case.handle.result() is ClosingReason.EXHAUSTED


async def test_a_run_that_met_no_difference_goes_on_by_the_rule_of_today(stage: Stage) -> None:
    case = await stage.start(scenario=NOTICE_FOR_CONSUMERS, code=AsBefore)
    await case.on_day(10)
    case.world.holds = (Hold(kind=HoldKind.PAUSED, until=datetime(2026, 3, 5, 9, tzinfo=UTC)),)
    await case.on_day(20)
    await stage.upgrade(case)

    await case.on_day(45)

    assert case.world.steps == ["first-reminder", "second-reminder", "call"]
    assert rules(case) == [False, False, True, True, True]
    assert await case.handle.result() is ClosingReason.EXHAUSTED


async def test_a_turn_under_way_in_an_upgrade_ends_as_dunning_took_it_and_contacts_nobody_twice(stage: Stage) -> None:
    away = httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred", "detail": "connection refused"})
    case = await stage.start(on_day=33, code=AsBefore, failures=[away] * 5)
    await case.env.sleep(timedelta(seconds=3))
    await stage.upgrade(case)
    case.world.email = None

    await case.on_day(41)

    assert case.world.outcomes == [
        ("third-reminder", Outcome.FAILED, "no_recipient"),
        ("second-reminder", Outcome.SKIPPED, "already_done"),
        ("first-reminder", Outcome.SKIPPED, "already_done"),
        ("call", Outcome.CARRIED_OUT, "due"),
    ]
    assert rules(case)[0] is False

"""Every overdue invoice has an open case or a journalled reason why not; what lacks is found and mended."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.passing import TryAgain
from contracts.dunning import CaseState, ClosingReason
from contracts.receivable import Receivable
from services.dunning.cases import store
from services.dunning.figures import store as figures
from services.dunning.figures.measures import MENDED
from services.dunning.reconciliation import store as reconciliations
from services.dunning.reconciliation.domain import AT_ONCE, Mended
from services.dunning.reconciliation.use_cases import Reconciler
from tests.services.dunning.desk import Desk, a_receivable, a_record, later, on, settled
from tests.services.dunning.ledger import Ledger
from tests.support.tokens import Keys


@dataclass
class Floor:
    """A stand-in for the workflows: which invoices have a running one, and of which a run before has not ended."""

    at_work: set[UUID] = field(default_factory=set)
    ending: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)
    is_away: bool = False
    sleepers: set[UUID] = field(default_factory=set)
    asked_at_once: int = 0
    looks: int = 0
    """How often all that runs was listed."""

    async def running_pages(self) -> AsyncIterator[list[tuple[str, UUID]]]:
        self.looks += 1
        for each in sorted(self.at_work):
            yield [("demo", each)]

    async def running_of(self, invoices: Sequence[UUID]) -> set[UUID]:
        self.asked_at_once = max(self.asked_at_once, len(invoices))
        return self.at_work & {*invoices}

    async def asleep(self, organisation: str, invoices: Sequence[UUID]) -> set[UUID]:
        return self.sleepers & {*invoices}

    async def steer(self, session: AsyncSession, organisation: str, invoice_id: UUID) -> Mended:
        case = await store.lock_case(session, organisation, invoice_id)
        assert case is not None
        if self.is_away:
            raise ConnectionRefusedError("no database")
        if invoice_id in self.broken:
            raise ValueError("no version 7")
        if invoice_id in self.ending:
            raise TryAgain("the run before has not ended yet")
        case.steered = case.revision
        self.sleepers.discard(invoice_id)
        if case.is_open:
            mended = Mended.CHANGED if invoice_id in self.at_work else Mended.STARTED
            self.at_work.add(invoice_id)
            return mended
        self.at_work.discard(invoice_id)
        return Mended.CLOSED


@pytest.fixture
def ledger(keys: Keys) -> Ledger:
    return Ledger(keys)


@pytest.fixture
def floor() -> Floor:
    return Floor()


async def begun(desk: Desk, floor: Floor, *receivables: Receivable) -> None:
    """Their workflows run, and know their cases as they are."""
    floor.at_work |= {each.invoice_id for each in receivables}
    async with desk.sessions() as session, session.begin():
        for each in receivables:
            case = await store.lock_case(session, each.organisation, each.invoice_id)
            assert case is not None
            case.steered = case.revision


async def run(desk: Desk, ledger: Ledger, floor: Floor, *further: str, at_once: int = AT_ONCE) -> None:
    desk.time.at += timedelta(minutes=1)
    reconciler = Reconciler(
        desk.sessions, ledger.peer, floor, floor.steer, desk.time, desk.time.ago, further, at_once=at_once
    )
    await reconciler.run()


async def findings(desk: Desk) -> dict[str, object]:
    newest = (await desk.get("/reconciliations"))["items"][0]
    return {name: newest[name] for name in newest if name not in ("id", "started_at", "finished_at") and newest[name]}


LATE = on("2026-02-17")


async def an_overdue(desk: Desk, count: int) -> list[Receivable]:
    desk.time.at = LATE
    await desk.get("/policy")  # dunning has heard of the organisation
    return [a_receivable(number=f"F-2026-{number:05d}") for number in range(count)]


async def test_an_overdue_invoice_without_a_case_gets_one_at_the_right_step(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    ledger.overdue = await an_overdue(desk, 5)
    await run(desk, ledger, floor)

    assert await findings(desk) == {"overdue": 5, "opened": 5}
    assert [query.get("cursor") for query in ledger.queries] == [None, "2", "4"]
    assert {query["overdue"] for query in ledger.queries} == {"true"}
    turn = await desk.turn(ledger.overdue[4])
    assert (turn.planned.step.key, [each.step.key for each in turn.superseded]) == (
        "second-reminder",
        ["first-reminder"],
    )
    assert (await desk.case(ledger.overdue[4])).state is CaseState.ACTIVE
    assert await desk.facts() == ["case.opened default"] * 5


async def test_a_second_run_finds_nothing_to_do(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    ledger.overdue = await an_overdue(desk, 3)
    for _ in range(2):
        await run(desk, ledger, floor)
    await desk.facts()
    await run(desk, ledger, floor)

    assert await findings(desk) == {"overdue": 3}
    assert await desk.facts() == []


async def test_a_journalled_reason_is_enough(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    excluded, exhausted, given_up, unpublished = ledger.overdue = await an_overdue(desk, 4)
    ledger.overdue[3] = unpublished = unpublished.model_copy(update={"scenario": "to-come"})
    new = {"invoice_id": str(excluded.invoice_id), "reason": "a gesture"}
    await desk.send("POST", "/exclusions", new, status=201)
    await desk.take(*ledger.overdue)
    for _ in range(4):
        await desk.decide(exhausted)
    await desk.send("POST", f"/cases/{given_up.invoice_id}/close", {"reason": "written_off"})
    before = [await desk.journal(each) for each in ledger.overdue]
    for _ in range(2):
        await run(desk, ledger, floor)

    assert await findings(desk) == {"overdue": 4}
    assert [await desk.journal(each) for each in ledger.overdue] == before
    reasons = [(await desk.case(each)).closing_reason for each in ledger.overdue]
    assert reasons == ["excluded", "exhausted", "written_off", "excluded"]


async def test_a_reason_that_is_over_opens_the_case(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    """A late decision closed a case after billing had reopened the invoice."""
    (receivable,) = ledger.overdue = await an_overdue(desk, 1)
    await desk.take(receivable)
    settles = a_record(
        await desk.turn(receivable), at=LATE, outcome="skipped", reason="settled", closes="settled", as_of=LATE
    )
    await desk.record(settles)
    assert (await desk.case(receivable)).closing_reason is ClosingReason.SETTLED
    await run(desk, ledger, floor)

    case = await desk.case(receivable)
    assert (case.state, case.run) == (CaseState.ACTIVE, 2)
    assert await findings(desk) == {"overdue": 1, "opened": 1}


async def test_an_event_that_never_came_is_made_up_for(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    (receivable,) = await an_overdue(desk, 1)
    await desk.take(receivable)
    ledger.overdue = [later(receivable, balance="700.00")]
    await begun(desk, floor, receivable)
    await run(desk, ledger, floor)

    assert (await desk.case(receivable)).balance == 700
    assert await findings(desk) == {"overdue": 1, "updated": 1}


async def test_an_open_case_without_a_workflow_gets_one_and_a_closed_one_loses_it(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    lost, closed, fine = await an_overdue(desk, 3)
    await desk.take(lost, closed, settled(closed), fine)
    floor.at_work = {closed.invoice_id, UUID(int=1)}
    await begun(desk, floor, fine)
    await run(desk, ledger, floor)

    assert await findings(desk) == {"workflows_started": 1, "workflows_closed": 1}
    assert floor.at_work == {lost.invoice_id, fine.invoice_id, UUID(int=1)}


async def test_what_runs_is_listed_once_for_all_organisations(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    (closed,) = await an_overdue(desk, 1)
    await desk.take(closed, settled(closed))
    floor.at_work = {closed.invoice_id}
    await run(desk, ledger, floor, "autre", "encore")

    assert floor.looks == 1
    assert await findings(desk) == {"workflows_closed": 1}
    assert (await desk.get("/reconciliations", organisation="encore"))["items"][0]["workflows_closed"] == 0


async def test_a_workflow_that_missed_a_change_is_told_once(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    """A page at a time; a pause whose end was lost would last for ever."""
    *missed, fine = await an_overdue(desk, 6)
    await desk.take(*missed, fine)
    await begun(desk, floor, *missed, fine)
    for each in missed:
        await desk.send("POST", f"/cases/{each.invoice_id}/pause", {})
        await desk.send("POST", f"/cases/{each.invoice_id}/resume")
    await run(desk, ledger, floor, at_once=2)

    assert await findings(desk) == {"workflows_changed": 5}
    assert [(await desk.case(each)).is_in_step for each in missed] == [True] * 5
    async with desk.sessions() as session:
        since = desk.time() - timedelta(seconds=1)
        (sums,) = await figures.mended(session, ["demo"], begun_since=since - timedelta(days=1), since=since)
    assert {what: getattr(sums, what) for what in MENDED if getattr(sums, what)} == {"workflows_changed": 5}
    await run(desk, ledger, floor)
    assert await findings(desk) == {}


async def test_a_change_that_an_earlier_release_wrote_is_told_too(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    (receivable,) = await an_overdue(desk, 1)
    await desk.take(receivable)
    await begun(desk, floor, receivable)
    async with desk.sessions() as session, session.begin():
        await (await session.connection()).execute(text("update cases set revision = 2, changed_at = null"))
    await run(desk, ledger, floor)

    assert await findings(desk) == {"workflows_changed": 1}


async def test_a_change_that_is_on_its_way_is_left_to_its_event(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    (receivable,) = await an_overdue(desk, 1)
    await desk.take(receivable)
    await begun(desk, floor, receivable)
    desk.time.at += timedelta(hours=1)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {})
    desk.time.at += timedelta(seconds=9)
    await Reconciler(desk.sessions, ledger.peer, floor, floor.steer, desk.time, desk.time.ago).run()

    assert await findings(desk) == {}
    assert not (await desk.case(receivable)).is_in_step


async def test_a_workflow_that_cannot_be_told_yet_keeps_nothing_else_waiting(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    *known, unheard = await an_overdue(desk, 4)
    await desk.take(*known)
    await begun(desk, floor, *known)
    for each in known:
        await desk.send("POST", f"/cases/{each.invoice_id}/pause", {})
    ledger.overdue = [*known, unheard]
    floor.ending = {min(each.invoice_id for each in known)}
    await run(desk, ledger, floor)

    problem = f"invoice {min(floor.ending)}: TryAgain: the run before has not ended yet"
    assert await findings(desk) == {"overdue": 4, "opened": 1, "workflows_changed": 2, "problem": problem}


async def test_a_case_that_fails_keeps_nothing_else_waiting_and_is_named(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    *known, unheard = await an_overdue(desk, 3)
    await desk.take(*known)
    first, second = sorted(each.invoice_id for each in known)
    floor.broken = {first}
    ledger.overdue = [*known, unheard]
    await run(desk, ledger, floor)

    problem = f"invoice {first}: ValueError: no version 7"
    assert await findings(desk) == {"overdue": 3, "opened": 1, "workflows_started": 1, "problem": problem}
    assert floor.at_work == {second}
    assert (await desk.case(unheard)).is_open


async def test_an_overdue_invoice_that_fails_keeps_no_other_waiting(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    bad, *fine = ledger.overdue = await an_overdue(desk, 3)
    async with desk.sessions() as session, session.begin():
        refuse = f"alter table cases add constraint refused check (number <> '{bad.number}')"
        await (await session.connection()).execute(text(refuse))
    await run(desk, ledger, floor)

    told = await findings(desk)
    assert (told["overdue"], told["opened"]) == (3, 2)
    assert str(told["problem"]).startswith(f"invoice {bad.invoice_id}: IntegrityError: ")
    assert [(await desk.case(each)).is_open for each in fine] == [True, True]


async def test_a_server_that_is_away_ends_the_run_at_once(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    *known, unheard = await an_overdue(desk, 3)
    await desk.take(*known)
    floor.is_away = True
    ledger.overdue = [*known, unheard]
    await run(desk, ledger, floor)

    assert await findings(desk) == {"problem": "ConnectionRefusedError: no database"}
    assert floor.at_work == set()


async def test_what_is_on_its_way_is_left_alone(desk: Desk, ledger: Ledger, floor: Floor) -> None:
    (fresh,) = await an_overdue(desk, 1)
    await desk.take(fresh)
    desk.time.at += timedelta(seconds=9)
    await Reconciler(desk.sessions, ledger.peer, floor, floor.steer, desk.time, desk.time.ago).run()

    assert await findings(desk) == {}


async def test_a_run_without_billing_says_so_and_the_next_one_makes_up_for_it(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    ledger.overdue = await an_overdue(desk, 1)
    ledger.is_away = True
    await run(desk, ledger, floor)
    assert "billing is away" in str((await findings(desk))["problem"])

    ledger.is_away = False
    await run(desk, ledger, floor)
    assert await findings(desk) == {"overdue": 1, "opened": 1}


async def test_an_organisation_that_dunning_never_heard_of_is_reconciled_when_it_is_named(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    desk.time.at = LATE
    ledger.overdue = [a_receivable(organisation="unheard")]
    await run(desk, ledger, floor, "unheard")

    assert (await desk.case(ledger.overdue[0])).is_open
    assert (await desk.get("/reconciliations"))["items"] == []
    assert len((await desk.get("/reconciliations", organisation="unheard"))["items"]) == 1


async def test_a_run_is_kept_for_ninety_days_and_another_organisation_keeps_its_own(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    await run(desk, ledger, floor, "demo", "autre")
    desk.time.at += timedelta(days=89)
    await run(desk, ledger, floor, "demo")
    assert len((await desk.get("/reconciliations"))["items"]) == 2

    desk.time.at += timedelta(days=1)
    await run(desk, ledger, floor, "demo")

    assert len((await desk.get("/reconciliations"))["items"]) == 2
    assert await kept(desk, "autre") == 1


async def kept(desk: Desk, organisation: str) -> int:
    async with desk.sessions() as session:
        return len(await reconciliations.page(session, organisation, before=None, limit=50))


async def test_who_sleeps_on_though_a_step_is_long_due_is_woken_a_page_at_a_time(
    desk: Desk, ledger: Ledger, floor: Floor
) -> None:
    *late, held, decided, awake = await an_overdue(desk, 6)
    await desk.take(*late, held, decided, awake)
    await desk.send("POST", f"/cases/{held.invoice_id}/pause", {})
    await begun(desk, floor, *late, held, decided, awake)
    floor.sleepers = {each.invoice_id for each in (*late, held, decided)}
    desk.time.at += timedelta(hours=1)
    await desk.decide(decided, outcome="deferred", reason="refused", retry_after="PT10M")
    await run(desk, ledger, floor, at_once=2)

    assert await findings(desk) == {"workflows_changed": 3}
    assert floor.sleepers == {held.invoice_id, decided.invoice_id}

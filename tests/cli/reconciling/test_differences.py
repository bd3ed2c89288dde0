"""Where the services differ, whatever each of them says."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.reconciling.differences import Decided, Followed, Kind, Known, Left, Owed, Seen, differences

A, B, C = (UUID(int=number) for number in (1, 2, 3))
KNOWN = Known(3, "open", Decimal("1200.00"), "2026-01-31")
OWED = Owed("F-1", KNOWN)
CASE = Followed("F-1", "scheduled", KNOWN, has_version=True, done=frozenset({"first#1"}))
ALIKE = Seen([A], {A: OWED}, {A: CASE}, [A], (), [A], [Left(A, "first#1", "sent", "F-1")])
PAID = replace(KNOWN, status="settled", balance=Decimal("0.00"))
CLOSED = replace(CASE, state="closed", known=PAID)
SETTLED = Owed("F-1", PAID)


def kinds(seen: Seen) -> list[Kind]:
    return [each.kind for each in differences(seen)]


def test_services_that_say_the_same_differ_in_nothing() -> None:
    assert differences(ALIKE) == []
    assert differences(Seen([A], {A: SETTLED}, {A: CLOSED}, [])) == []
    assert differences(Seen([A], {A: SETTLED}, {}, [])) == []
    assert differences(Seen([], {}, {}, [])) == []


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (replace(ALIKE, followed={}, left=(), lingering=()), Kind.NO_CASE),
        (replace(ALIKE, followed={A: replace(CASE, known=replace(PAID, version=2))}), Kind.CASE_BEHIND),
        (replace(ALIKE, owed={A: SETTLED}), Kind.CASE_BEHIND),
        (replace(ALIKE, owed={A: SETTLED}, followed={A: replace(CASE, known=PAID)}), Kind.CASE_BEHIND),
        (replace(ALIKE, followed={A: replace(CASE, known=replace(KNOWN, balance=Decimal(700)))}), Kind.CASE_BEHIND),
        (replace(ALIKE, followed={A: replace(CASE, known=replace(KNOWN, due_date="2026-03-31"))}), Kind.CASE_BEHIND),
        (replace(ALIKE, followed={A: replace(CASE, known=replace(PAID, version=4))}), Kind.CASE_AHEAD),
        (replace(ALIKE, owed={}), Kind.NOT_IN_BILLING),
        (replace(ALIKE, running=[], lingering=[]), Kind.NO_WORKFLOW),
        (replace(ALIKE, owed={A: SETTLED}, followed={A: CLOSED}), Kind.WORKFLOW_LINGERS),
        (replace(ALIKE, behind=[A]), Kind.WORKFLOW_BEHIND),
        (replace(ALIKE, behind=[A], running=[], lingering=[]), Kind.NO_WORKFLOW),
        (replace(ALIKE, left=[Left(A, "second#1", "sent", "F-1")]), Kind.NOT_IN_JOURNAL),
        (replace(ALIKE, left=[Left(A, "second#1", "uncertain", "F-1")]), Kind.NOT_IN_JOURNAL),
        (replace(ALIKE, left=[Left(A, "call#1", "opened", "F-1")]), Kind.NOT_IN_JOURNAL),
        (replace(ALIKE, decided=[Decided(A, f"{A}:s:first:1", "F-1")]), Kind.NOT_IN_NOTIFY),
        (Seen([A], {}, {}, [], lingering=[A]), Kind.WORKFLOW_LINGERS),
        (Seen([A], {A: SETTLED}, {A: CLOSED}, [], heard={A: 2}), Kind.NOTIFY_BEHIND),
        (replace(ALIKE, heard={A: 2}), Kind.NOTIFY_BEHIND),
    ],
    ids=lambda each: str(each) if isinstance(each, Kind) else "",
)
def test_each_way_of_differing_is_told(seen: Seen, kind: Kind) -> None:
    assert kinds(seen) == [kind]


def test_a_case_that_waits_for_its_scenario_needs_no_workflow() -> None:
    assert kinds(replace(ALIKE, followed={A: replace(CASE, has_version=False)}, running=[])) == []


def test_a_letter_or_a_call_that_goes_by_the_last_change_is_left_as_it_is() -> None:
    assert kinds(replace(ALIKE, heard={A: 3})) == []
    assert kinds(Seen([A], {A: SETTLED}, {A: CLOSED}, [], heard={A: 3})) == []
    assert kinds(Seen([], {}, {}, [], heard={A: 3})) == []


def test_a_letter_of_a_paid_invoice_is_told_though_its_case_is_closed_and_counts_it() -> None:
    prepared = Left(A, "first#1", "prepared", "F-1")
    seen = Seen([A], {A: SETTLED}, {A: CLOSED}, [], left=[prepared], heard={A: 2})

    (found,) = differences(seen)

    assert (found.kind, found.detail) == (Kind.NOTIFY_BEHIND, "receivable settled, version 3; notify knows 2")


def test_each_action_of_an_invoice_is_told() -> None:
    left = [Left(A, "second#1", "sent", "F-1"), Left(A, "third#1", "prepared", "F-1")]
    decided = [Decided(A, f"{A}:s:{step}:1", "F-1") for step in ("first", "second", "third")]
    seen = replace(ALIKE, left=left, decided=decided, known=[f"{A}:s:first:1"])

    assert kinds(seen) == [Kind.NOT_IN_JOURNAL] * 2 + [Kind.NOT_IN_NOTIFY] * 2


def test_a_message_that_failed_left_nobody_with_anything() -> None:
    assert kinds(replace(ALIKE, left=[Left(A, "second#1", "failed", "F-1")])) == []


known = st.builds(
    Known,
    version=st.integers(1, 3),
    status=st.sampled_from(["open", "settled", "cancelled"]),
    balance=st.sampled_from([Decimal("0.00"), Decimal("700.00")]),
    due_date=st.sampled_from(["2026-01-31", "2026-03-31"]),
)
owed = st.builds(Owed, number=st.just("F"), known=known)
followed = st.builds(
    Followed,
    number=st.just("F"),
    state=st.sampled_from(["scheduled", "active", "paused", "closed"]),
    known=known,
    has_version=st.booleans(),
    done=st.frozensets(st.sampled_from(["first#1", "second#1"])),
)
invoices = st.sampled_from([A, B, C])
left = st.builds(
    Left,
    invoice_id=invoices,
    mark=st.sampled_from(["first#1", "second#1"]),
    status=st.sampled_from(["sent", "uncertain", "failed", "sending", "pending"]),
    reference=st.just("F"),
)
seen = st.builds(
    Seen,
    invoices=st.just([A, B, C]),
    owed=st.dictionaries(invoices, owed),
    followed=st.dictionaries(invoices, followed),
    running=st.frozensets(invoices),
    behind=st.frozensets(invoices),
    lingering=st.frozensets(invoices),
    left=st.lists(left),
    heard=st.dictionaries(invoices, st.integers(1, 3)),
)


@given(seen)
def test_invoices_looked_at_together_or_one_by_one_differ_in_the_same(world: Seen) -> None:
    apart = {
        each
        for invoice in world.invoices
        for each in differences(
            replace(
                world,
                invoices=[invoice],
                left=[each for each in world.left if each.invoice_id == invoice],
                heard={each: version for each, version in world.heard.items() if each == invoice},
            )
        )
    }
    assert set(differences(world)) == apart


@given(seen)
def test_what_is_mended_differs_no_more(world: Seen) -> None:
    """Taking the receivable, in dunning and in notify, and steering the workflow leave what a person must look at."""
    cases = {}
    for invoice in world.invoices:
        billed, case = world.owed.get(invoice), world.followed.get(invoice)
        if case is None and billed and billed.is_open:
            case = Followed("F", "scheduled", billed.known, has_version=True, done=frozenset())
        elif case and billed and billed.known.version >= case.known.version:
            case = replace(case, known=billed.known, state=case.state if billed.is_open else "closed")
        if case:
            cases[invoice] = case
    runs = {each for each, case in cases.items() if case.state != "closed"}
    heard = {
        each: max(version, world.owed[each].known.version if each in world.owed else 0)
        for each, version in world.heard.items()
    }
    after = replace(world, followed=cases, running=runs, behind=(), lingering=runs, heard=heard)

    left_over = {each.kind for each in differences(after)}
    assert left_over <= {Kind.CASE_AHEAD, Kind.NOT_IN_BILLING, Kind.NOT_IN_JOURNAL}
    assert (Kind.CASE_AHEAD in {each.kind for each in differences(world)}) == (Kind.CASE_AHEAD in left_over)

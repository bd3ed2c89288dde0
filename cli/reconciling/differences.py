"""What the services say of the same invoices, and where they differ. Pure: takes what was read, returns a list."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

OPEN = "open"
CLOSED = "closed"
LEFT = frozenset({"sent", "uncertain", "bounced", "prepared", "posted", "opened", "completed"})
"""States of a message that left or may have left, and of a letter or a call that was asked for."""


class Kind(StrEnum):
    NO_CASE = "no_case"
    CASE_BEHIND = "case_behind"
    CASE_AHEAD = "case_ahead"
    NOT_IN_BILLING = "not_in_billing"
    NO_WORKFLOW = "no_workflow"
    WORKFLOW_LINGERS = "workflow_lingers"
    WORKFLOW_BEHIND = "workflow_behind"
    NOT_IN_JOURNAL = "not_in_journal"
    NOT_IN_NOTIFY = "not_in_notify"
    NOTIFY_BEHIND = "notify_behind"


SAYS = {
    Kind.NO_CASE: "billing has an open receivable, dunning no case",
    Kind.CASE_BEHIND: "dunning does not have the receivable as it is, or did not act on its last change",
    Kind.CASE_AHEAD: "dunning knows a later receivable than billing",
    Kind.NOT_IN_BILLING: "dunning has an open case, billing no such receivable",
    Kind.NO_WORKFLOW: "the case is open, and no workflow runs for it",
    Kind.WORKFLOW_LINGERS: "a workflow runs, and its case is closed or gone",
    Kind.WORKFLOW_BEHIND: "the workflow does not know the case as it is, or sleeps on though its step is long due",
    Kind.NOT_IN_JOURNAL: "something was done, and the case does not count its step as done",
    Kind.NOT_IN_NOTIFY: "the journal says that a step acted, and notify knows of nothing",
    Kind.NOTIFY_BEHIND: "a letter or a call goes by a receivable that has changed since",
}
MENDED_BY_RECEIVABLE = frozenset({Kind.NO_CASE, Kind.CASE_BEHIND})
MENDED_BY_STEERING = frozenset({Kind.NO_WORKFLOW, Kind.WORKFLOW_LINGERS, Kind.WORKFLOW_BEHIND})
MENDED_IN_NOTIFY = frozenset({Kind.NOTIFY_BEHIND})
MENDED = MENDED_BY_RECEIVABLE | MENDED_BY_STEERING | MENDED_IN_NOTIFY
FOR_THE_RECORD = frozenset({Kind.NOT_IN_JOURNAL, Kind.NOT_IN_NOTIFY})
"""What a restored database forgot of the past: it stays so, and nothing is done twice for it."""


@dataclass(frozen=True, order=True)
class Difference:
    """Of one invoice; `detail` tells the values that differ, `mark` which action of it, where it has several."""

    invoice_id: UUID
    kind: Kind
    number: str = field(compare=False, default="")
    detail: str = field(compare=False, default="")
    mark: str = ""


@dataclass(frozen=True)
class Known:
    """What both services say of a receivable."""

    version: int
    status: str
    balance: Decimal
    due_date: str

    def __str__(self) -> str:
        return f"version {self.version}: {self.status}, {self.balance:f}, due {self.due_date}"


@dataclass(frozen=True)
class Owed:
    """Billing's receivable."""

    number: str
    known: Known

    @property
    def is_open(self) -> bool:
        return self.known.status == OPEN


@dataclass(frozen=True)
class Followed:
    """Dunning's case; `known` is the receivable as it has it, `done` its steps as `step#occurrence`."""

    number: str
    state: str
    known: Known
    has_version: bool
    done: frozenset[str]


@dataclass(frozen=True)
class Left:
    """A message, letter or call of notify: `mark` is its step, as `step#occurrence`."""

    invoice_id: UUID
    mark: str
    status: str
    reference: str


@dataclass(frozen=True)
class Decided:
    """A decision of dunning's journal by which notify acted, under this key."""

    invoice_id: UUID
    key: str
    number: str


@dataclass(frozen=True)
class Seen:
    """What was read about some invoices. `running`: those whose workflow runs for the run their case is in.

    `behind`: those whose workflow was not told of a change, or sleeps on though its step is long due. `lingering`:
    those that Temporal lists as running, whatever their case. `known`: of the keys in `decided`, those that notify
    knows. `heard`: the version of the receivable by which the letters not posted and the calls not made go, of invoices
    that have any.
    """

    invoices: Collection[UUID]
    owed: Mapping[UUID, Owed]
    followed: Mapping[UUID, Followed]
    running: Collection[UUID]
    behind: Collection[UUID] = ()
    lingering: Collection[UUID] = ()
    left: Sequence[Left] = ()
    decided: Sequence[Decided] = ()
    known: Collection[str] = ()
    heard: Mapping[UUID, int] = field(default_factory=dict)


def differences(seen: Seen) -> list[Difference]:
    """In the order of the invoices; none twice."""
    of_invoices = {each for invoice in seen.invoices for each in _of(invoice, seen)}
    return sorted(of_invoices | {*_of_messages(seen)} | {*_of_decisions(seen)} | {*_of_unheard(seen)})


def _of(invoice: UUID, seen: Seen) -> Iterator[Difference]:
    owed, case = seen.owed.get(invoice), seen.followed.get(invoice)
    if case is None:
        if owed is not None and owed.is_open:
            yield Difference(invoice, Kind.NO_CASE, owed.number, f"version {owed.known.version}")
        if invoice in seen.lingering:
            yield Difference(invoice, Kind.WORKFLOW_LINGERS, owed.number if owed else "", "no case")
        return
    yield from _versions(invoice, owed, case)
    if case.state != CLOSED and case.has_version and invoice not in seen.running:
        yield Difference(invoice, Kind.NO_WORKFLOW, case.number, f"case {case.state}")
    elif case.state != CLOSED and invoice in seen.behind:
        yield Difference(invoice, Kind.WORKFLOW_BEHIND, case.number, f"case {case.state}")
    if case.state == CLOSED and invoice in seen.lingering:
        yield Difference(invoice, Kind.WORKFLOW_LINGERS, case.number, "case closed")


def _versions(invoice: UUID, owed: Owed | None, case: Followed) -> Iterator[Difference]:
    if owed is None:
        if case.state != CLOSED:
            yield Difference(invoice, Kind.NOT_IN_BILLING, case.number, f"case {case.state}")
        return
    detail = f"receivable {owed.known}; the case knows {case.known}"
    if case.known.version > owed.known.version:
        yield Difference(invoice, Kind.CASE_AHEAD, case.number, detail)
    elif case.known != owed.known or (not owed.is_open and case.state != CLOSED):
        yield Difference(invoice, Kind.CASE_BEHIND, case.number, detail)


def _of_messages(seen: Seen) -> Iterator[Difference]:
    for each in seen.left:
        case = seen.followed.get(each.invoice_id)
        if each.status in LEFT and (case is None or each.mark not in case.done):
            said = f"{each.mark} {each.status}"
            yield Difference(each.invoice_id, Kind.NOT_IN_JOURNAL, each.reference, said, each.mark)


def _of_decisions(seen: Seen) -> Iterator[Difference]:
    for each in seen.decided:
        if each.key not in seen.known:
            yield Difference(each.invoice_id, Kind.NOT_IN_NOTIFY, each.number, each.key, each.key)


def _of_unheard(seen: Seen) -> Iterator[Difference]:
    for invoice, version in seen.heard.items():
        owed = seen.owed.get(invoice)
        if owed is not None and version < owed.known.version:
            said = f"receivable {owed.known.status}, version {owed.known.version}; notify knows {version}"
            yield Difference(invoice, Kind.NOTIFY_BEHIND, owed.number, said)

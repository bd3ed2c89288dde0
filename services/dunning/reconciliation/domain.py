"""What the reconciliation looks at, and what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.receivable import Receivable
from services.dunning.cases.domain import may_open_again
from services.dunning.cases.models import Case

AT_ONCE = 200
"""Of whatever is read at once: a run holds no more of anything."""


class Mended(StrEnum):
    """What had to be done to bring a workflow in step with its case."""

    NOTHING = "nothing"
    STARTED = "started"
    CHANGED = "changed"
    CLOSED = "closed"


@dataclass
class Findings:
    """Of one run, for one organisation."""

    overdue: int = 0
    opened: int = 0
    updated: int = 0
    workflows_started: int = 0
    workflows_changed: int = 0
    workflows_closed: int = 0

    @property
    def is_clean(self) -> bool:
        """Nothing had to be mended."""
        return not any(number for name, number in vars(self).items() if name != "overdue")

    def count_workflow(self, mended: Mended) -> None:
        self.workflows_started += mended is Mended.STARTED
        self.workflows_changed += mended is Mended.CHANGED
        self.workflows_closed += mended is Mended.CLOSED


def to_look_at(receivables: Sequence[Receivable], cases: Sequence[Case]) -> list[Receivable]:
    """Those without a case, those that changed unheard, and those whose case was closed for a passing reason."""
    known = {case.invoice_id: case for case in cases}
    return [each for each in receivables if _is_worth_a_look(each, known.get(each.invoice_id))]


def _is_worth_a_look(receivable: Receivable, case: Case | None) -> bool:
    if case is None or case.receivable_version < receivable.version:
        return True
    return not case.is_open and may_open_again(case)

"""The services compared, 200 invoices at a time. What is kept is what differs, and which were compared."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cli.progress import Tell
from cli.reconciling.differences import Decided, Difference, Kind, Left, Seen, differences
from cli.reconciling.reading import PAGE, Services
from contracts.clock import Clock

LOOKED_AT_AGAIN_AFTER_S = 3.0
"""What is only on its way from one service to the other is no difference any more."""


@dataclass
class Passed:
    """Invoices that were compared in this pass: as numbers, of which fifty thousand take 5 MB."""

    numbers: set[int] = field(default_factory=set)

    def but(self, invoices: Iterable[UUID]) -> list[UUID]:
        """Those that were not yet, each once; from here on they were."""
        found = [each for each in dict.fromkeys(invoices) if each.int not in self.numbers]
        self.numbers.update(each.int for each in found)
        return found


@dataclass
class Comparison:
    """`since`: how far back actions and decisions are compared, in business time.

    `compared`: how many, by where they were found. An invoice is compared where it is met first, and its messages and
    decisions where they are.
    """

    services: Services
    since: timedelta
    clock: Clock
    tell: Tell = lambda _: None
    compared: Counter[str] = field(default_factory=Counter)

    def whole(self) -> list[Difference]:
        """Everything that differs: one pass over each service. What was just on its way is left out."""
        found: set[Difference] = set()
        for what, count, seen in self._pages():
            found.update(differences(seen))
            self.compared[what] += count
            self.tell("Comparing: " + ", ".join(f"{count:,} {name}" for name, count in self.compared.items()))
        if not found:
            return []
        time.sleep(LOOKED_AT_AGAIN_AFTER_S)
        return self.again(found)

    def again(self, found: Collection[Difference]) -> list[Difference]:
        """Those that are still there."""
        ordered, still = sorted(found), set[Difference]()
        listed = self._listed({each.invoice_id for each in ordered if each.kind is Kind.WORKFLOW_LINGERS})
        for start in range(0, len(ordered), PAGE):
            self.tell(f"Comparing again: {start:,} of {len(ordered):,} differences")
            several = ordered[start : start + PAGE]
            left = [_action_of(each) for each in several if each.kind is Kind.NOT_IN_JOURNAL]
            decided = [_decision_of(each) for each in several if each.kind is Kind.NOT_IN_NOTIFY]
            invoices = {each.invoice_id for each in several}
            seen = self.services.about(invoices, lingering=listed, left=left, decided=decided)
            still |= set(several) & set(differences(seen))
        return sorted(still)

    def _listed(self, invoices: Collection[UUID]) -> set[UUID]:
        """Those that Temporal lists as running still."""
        if not invoices:
            return set()
        return {each for page in self.services.workflows() for each in page if each in invoices}

    def _pages(self) -> Iterator[tuple[str, int, Seen]]:
        services, passed = self.services, Passed()
        for invoices in services.open_receivables():
            yield "open receivables", len(invoices), services.about(passed.but(invoices))
        for invoices in services.open_cases():
            yield "open cases", len(invoices), services.about(passed.but(invoices))
        for running in services.workflows():
            lingering = {each for each, has_open_case in running.items() if not has_open_case}
            about = services.about(lingering.union(passed.but(running)), lingering=lingering)
            yield "running workflows", len(running), about
        for concerned in services.undone():
            yield "letters and calls to come", len(concerned), services.about(passed.but(concerned))
        since = self.clock.business(datetime.now(UTC)) - self.since
        for left in services.actions(since):
            yield "actions", len(left), services.about(passed.but(each.invoice_id for each in left), left=left)
        for decided in services.decisions(since):
            about = services.about(passed.but(each.invoice_id for each in decided), decided=decided)
            yield "decisions", len(decided), about


def _action_of(difference: Difference) -> Left:
    return Left(difference.invoice_id, difference.mark, difference.detail.split(" ")[1], difference.number)


def _decision_of(difference: Difference) -> Decided:
    return Decided(difference.invoice_id, difference.mark, difference.number)

"""What dunning tells Prometheus: cases, steps that are due, and what the reconciliation had to mend."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import product

from prometheus_client import Counter

from chassis.clock import real_now
from chassis.figures import Figure, Labels, Measure
from chassis.worker import Worker
from contracts.dunning import CaseState, Outcome, Reason
from services.dunning.figures import store
from services.dunning.policies import store as policies

DECISIONS = Counter(
    "relance_decisions",
    "Decisions on steps that were journalled; a step that is put off is decided on again, and counted again",
    ["outcome", "reason"],
)
for _outcome, _reason in product(Outcome, Reason):
    DECISIONS.labels(_outcome, _reason)  # from 0 on, so that the first counts as an increase
LONGEST_RUN = timedelta(days=1)
"""Real time that one reconciliation may take."""
MENDED = ("opened", "updated", "workflows_started", "workflows_changed", "workflows_closed")


def measures(
    worker: Worker, *, reconciled_every: timedelta, further_organisations: Sequence[str] = ()
) -> Mapping[str, Measure]:
    """`reconciled_every`: the real time between two reconciliations of one worker.

    An organisation that no run has looked at yet is as old as this worker's knowledge of it.
    """
    met: dict[str, float] = {}

    async def cases() -> Sequence[Figure]:
        now = worker.now()
        async with worker.sessions() as session:
            counts = await store.open_by_state(session)
            due, earliest = await store.due(session, now=now)
        late = worker.now.clock.real_span(now - earliest).total_seconds() if earliest else 0
        by_state: dict[Labels, float] = {(s.value,): counts.get(s, 0) for s in CaseState if s is not CaseState.CLOSED}
        return [
            Figure("relance_cases_open", "Cases that are not closed", by_state, ("state",)),
            Figure("relance_steps_due", "Cases whose next step has come and did not act yet", {(): due}),
            Figure("relance_step_latest_seconds", "How late the latest of them is, in real time", {(): max(0, late)}),
        ]

    async def reconciliations() -> Sequence[Figure]:
        now, clock = worker.now(), worker.now.clock
        async with worker.sessions() as session:
            known = {*await policies.organisations(session), *further_organisations}
            runs = await store.last_reconciliations(session, known)
            since = real_now() - reconciled_every
            lately = await store.mended(
                session, known, begun_since=clock.business(since - LONGEST_RUN), since=clock.business(since)
            )
        mended: dict[Labels, float] = {(run.organisation, what): 0 for run in runs for what in MENDED}
        mended |= {(sums.organisation, what): getattr(sums, what) for sums in lately for what in MENDED}
        looked = time.monotonic()
        ages: dict[Labels, float] = {(each,): looked - met.setdefault(each, looked) for each in known}
        ages |= {(run.organisation,): max(0, clock.real_span(now - run.finished_at).total_seconds()) for run in runs}
        incomplete: dict[Labels, float] = {(run.organisation,): float(not run.is_complete) for run in runs}
        name = ("organisation",)
        return [
            Figure("relance_reconciled_organisations", "Organisations that every run looks at", {(): len(known)}),
            Figure(
                "relance_reconciliation_mended",
                "What was mended within one interval of the reconciliation",
                mended,
                (*name, "what"),
            ),
            Figure("relance_reconciliation_age_seconds", "Real time since the last run to begin ended", ages, name),
            Figure("relance_reconciliation_incomplete", "1 where the last run to begin broke off", incomplete, name),
        ]

    return {"cases": cases, "reconciliations": reconciliations}

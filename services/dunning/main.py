"""The dunning service: `python -m services.dunning.main api|worker|migrate`."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from temporalio.client import Client

from chassis import main, worker
from chassis.app import Service
from chassis.auth import Mint
from chassis.bus import Subscription
from chassis.clients import http_client
from chassis.http import Peer
from chassis.personal.reacting import erases
from chassis.personal.restored import ErasingAgain
from chassis.worker import Worker
from contracts import overdue_list
from contracts.dunning import WORKFLOW
from contracts.topology import DUNNING_CASE, DUNNING_CUSTOMER, DUNNING_INVOICE, DUNNING_MESSAGE, DUNNING_USER
from services.dunning.cases import api as cases
from services.dunning.cases.holding import lift_what_ran_out
from services.dunning.cases.promises import judge_promises
from services.dunning.contacts import api as contacts
from services.dunning.drafts import api as drafts
from services.dunning.exclusions import api as exclusions
from services.dunning.failing import api as failing
from services.dunning.figures import measures as figures
from services.dunning.handlers import ERASE, FollowInvoice, StartOverdueList, SteerWorkflow
from services.dunning.journal import api as journal
from services.dunning.mending import api as mending
from services.dunning.overdue_lists import api as overdue_lists
from services.dunning.overdue_lists.use_cases import end_of_locked, send_due
from services.dunning.policies import api as policies
from services.dunning.privacy import api as privacy
from services.dunning.privacy import store as personal
from services.dunning.reconciliation import api as reconciliation
from services.dunning.reconciliation.use_cases import Reconciler
from services.dunning.replanning import use_cases as replanning
from services.dunning.returned.use_cases import JournalReturned
from services.dunning.rules import api as rules
from services.dunning.scenarios import api as scenarios
from services.dunning.settings import Settings
from services.dunning.steering.running import RunningWorkflows
from services.dunning.steering.use_cases import Steering
from services.dunning.steps import api as steps
from services.dunning.timeline import api as timeline
from services.dunning.transfers import api as transfers
from workflows.client import check, connect_as_set
from workflows.failing import asking


async def open_temporal(app: FastAPI) -> Callable[[], Awaitable[None]]:
    """Asked by those who look after the installation; the connection is made at the first question."""
    app.state.failing = await asking(app.state.settings, WORKFLOW)
    app.state.failing_lists = await asking(app.state.settings, overdue_list.WORKFLOW)
    temporal = await connect_as_set(app.state.settings)
    app.state.workflows = RunningWorkflows(temporal)
    app.state.steering = Steering(temporal, app.state.now)

    async def close() -> None:
        """The client has no end of its own."""

    return close


SERVICE = Service(
    "dunning",
    "Relance dunning",
    [
        cases.router,
        steps.router,
        timeline.router,
        transfers.router,
        journal.router,
        contacts.router,
        exclusions.router,
        scenarios.router,
        drafts.router,
        rules.router,
        policies.router,
        reconciliation.router,
        overdue_lists.router,
        failing.router,
        mending.router,
        privacy.router,
    ],
    opens=[open_temporal],
)

HOLDS_EVERY = 1.0
"""Real seconds between two looks at holds that ran out, and at promises whose day is over."""
REPLANS_EVERY = 1.0
"""Real seconds between two looks for running cases that are to be planned anew."""
LISTS_EVERY = 1.0
"""Real seconds between two looks at overdue lists whose hour has come."""


@dataclass(frozen=True)
class Duties:
    """What the worker does, on one connection to Temporal and one client of billing."""

    settings: Settings
    temporal: Client
    billing: Peer

    async def subscribe(self, worker: Worker) -> Sequence[Subscription]:
        steering = Steering(self.temporal, worker.now)
        steer = SteerWorkflow(steering)
        return [
            # a case knows the version of its receivable, and a workflow the run of its case: neither needs an inbox
            Subscription(DUNNING_INVOICE, FollowInvoice(worker.now, steering), deduplicate=False),
            Subscription(DUNNING_CASE, steer, deduplicate=False, concerns=steer.is_needed),
            Subscription(DUNNING_MESSAGE, JournalReturned(worker.now)),
            Subscription(DUNNING_USER, end_of_locked),
            erases(DUNNING_CUSTOMER, ERASE, worker.now),
        ]

    async def lift_holds(self, worker: Worker) -> None:
        while not worker.stopping.is_set():
            await lift_what_ran_out(worker.sessions, now=worker.now())
            await worker.pause(HOLDS_EVERY)

    async def judge_promises(self, worker: Worker) -> None:
        while not worker.stopping.is_set():
            await judge_promises(worker.sessions, self.billing, now=worker.now)
            await worker.pause(HOLDS_EVERY)

    async def replan(self, worker: Worker) -> None:
        while not worker.stopping.is_set():
            if not await replanning.go_on(worker.sessions, now=worker.now()):
                await worker.pause(REPLANS_EVERY)

    async def send_lists(self, worker: Worker) -> None:
        start = StartOverdueList(self.temporal)
        while not worker.stopping.is_set():
            await send_due(worker.sessions, start, now=worker.now)
            await worker.pause(LISTS_EVERY)

    async def reconcile(self, worker: Worker) -> None:
        reconciler = Reconciler(
            worker.sessions,
            self.billing,
            RunningWorkflows(self.temporal),
            Steering(self.temporal, worker.now).steer,
            worker.now,
            worker.now.ago,
            self.settings.further_organisations,
            self.settings.reconciliations_kept,
        )
        await worker.pause(self.settings.reconciliation_after_start.total_seconds())
        while not worker.stopping.is_set():
            await reconciler.run()
            await worker.pause(self.settings.reconciled_every.total_seconds())

    async def reach_temporal(self) -> None:
        await check(self.temporal)


async def work(settings: Settings) -> None:
    try:
        mint = Mint.of(settings)
    except (ValueError, OSError, LookupError) as error:
        sys.exit(f"This process cannot start: it needs RELANCE_SIGNING_KEY, and RELANCE_AUTH_JWKS as a file. {error}")
    temporal = await connect_as_set(settings)
    async with http_client() as http:
        duties = Duties(settings, temporal, Peer(http, settings.billing_url.rstrip("/"), mint, "dunning"))
        await worker.run(
            "dunning",
            settings,
            subscribe=duties.subscribe,
            loops=[
                *(duties.lift_holds, duties.judge_promises, duties.replan, duties.send_lists, duties.reconcile),
                ErasingAgain(personal.HOLDINGS, ERASE).watch,
            ],
            checks={"temporal": duties.reach_temporal},
            measures=partial(
                figures.measures,
                reconciled_every=settings.reconciled_every,
                further_organisations=settings.further_organisations,
            ),
            prunings=personal.prunings(settings),
        )


if __name__ == "__main__":
    main.run(SERVICE, Settings, work)

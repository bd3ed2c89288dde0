"""The process that runs the workflows: it reads the task queues and calls the services."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import httpx2
import uvloop
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chassis import expiries, telemetry
from chassis.auth import Mint
from chassis.clients import http_client
from chassis.clock import real_now
from chassis.duties import health_served, patiently, stop_on_signals, until_stopped
from chassis.health import Check, not_connected
from chassis.http import Peer
from chassis.settings import load
from contracts import dunning, overdue_list, quote_followup
from workflows import deployment, memory
from workflows.client import check, connect_as_set
from workflows.dunning import calendar
from workflows.dunning.activities import DunningActivities
from workflows.dunning.workflow import DunInvoice
from workflows.overdue_list.activities import OverdueListActivities
from workflows.overdue_list.workflow import SendOverdueList
from workflows.quote_followup.activities import QuoteFollowUpActivities
from workflows.quote_followup.workflow import FollowUpQuote
from workflows.settings import WorkerSettings

TOLD_OF_THE_END = timedelta(seconds=5)
"""After their grace steps are cancelled; so long they may take to say so."""
LISTS_AT_ONCE = 2
"""Each holds its file some times over, up to 30 MB in all; everybody's come at the same hour of a Monday."""


RUNNER = UnsandboxedWorkflowRunner()
"""Tests run every workflow in the sandbox, which refuses what is not the same at each replay; here it would load their
modules anew for each run (decision 0026)."""


def workers(client: Client, http: httpx2.AsyncClient, settings: WorkerSettings) -> Sequence[Worker]:
    """One worker for each task queue, so that a wave of reminders holds up neither quotes nor lists."""
    mint = Mint.of(settings)

    def peer(base: str) -> Peer:
        return Peer(http, base.rstrip("/"), mint, "workflows")

    billing, cases, notify = (peer(each) for each in (settings.billing_url, settings.dunning_url, settings.notify_url))
    dun = DunningActivities(billing, cases, notify, now=real_now, at_once=settings.concurrent_activities)
    follow_up = QuoteFollowUpActivities(billing=billing, quotes=peer(settings.quotes_url), notify=notify)
    lists = OverdueListActivities(billing, cases, notify, console=settings.console_url)

    def worker(
        task_queue: str,
        workflow: type,
        activities: Sequence[Callable[..., object]],
        at_once: int = settings.concurrent_activities,
    ) -> Worker:
        return Worker(
            client,
            task_queue=task_queue,
            workflows=[workflow],
            activities=activities,
            workflow_runner=RUNNER,
            max_concurrent_activities=at_once,
            max_cached_workflows=settings.cached_workflows,
            graceful_shutdown_timeout=settings.grace,
            deployment_config=deployment.config(settings),
        )

    return [
        worker(dunning.TASK_QUEUE, DunInvoice, [dun.carry_out]),
        worker(quote_followup.TASK_QUEUE, FollowUpQuote, follow_up.all()),
        worker(
            overdue_list.TASK_QUEUE, SendOverdueList, lists.all(), min(LISTS_AT_ONCE, settings.concurrent_activities)
        ),
    ]


async def run(settings: WorkerSettings) -> None:
    """Until SIGTERM or SIGINT; steps at work then have `settings.grace` to end."""
    stopping, current = asyncio.Event(), asyncio.Event()
    stop_on_signals(stopping)
    calendar.warm_up()
    checks: dict[str, Check] = {"temporal": not_connected}
    if settings.makes_itself_current:
        checks["build"] = lambda: _is_current(current)
    async with health_served(settings, checks):
        client = await patiently(lambda: connect_as_set(settings, lazy=False), "Temporal", stopping)
        if client is not None:
            checks["temporal"] = lambda: check(client)
            await _work(client, settings, stopping, current)


async def _is_current(current: asyncio.Event) -> None:
    if not current.is_set():
        raise ConnectionError("Temporal does not send workflows to this build yet")


async def _work(client: Client, settings: WorkerSettings, stopping: asyncio.Event, current: asyncio.Event) -> None:
    grace = (settings.grace + TOLD_OF_THE_END).total_seconds()
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
    async with http_client(limits=limits) as http:
        duties = [memory.give_back_until(stopping)]
        duties += [_serve(worker, stopping) for worker in workers(client, http, settings)]
        if settings.makes_itself_current:
            duties.append(_become_current(client, settings, stopping, current))
        memory.settle()
        await until_stopped(stopping, duties, grace=grace)


async def _serve(worker: Worker, stopping: asyncio.Event) -> None:
    async with worker:
        await stopping.wait()


async def _become_current(
    client: Client, settings: WorkerSettings, stopping: asyncio.Event, current: asyncio.Event
) -> None:
    await deployment.become_current(client, settings, stopping)
    if not stopping.is_set():
        current.set()
    await stopping.wait()


def main() -> None:
    settings = load(WorkerSettings)
    telemetry.start("workflows", settings)
    expiries.tell(settings)
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()

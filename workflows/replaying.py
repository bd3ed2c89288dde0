"""python -m workflows.replaying: replay what workflows of a live namespace did against the code at hand.

With the settings of the workflow worker for Temporal. Before a roll-out it says whether sleeping workflows can go on
with this code, and before a roll-back, run from the older code, whether they can go back to it. It changes nothing.
"""

import argparse
import asyncio
import os
import random
import secrets
import sys
import traceback
from collections.abc import AsyncIterator, Sequence

from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer, WorkflowReplayResult

from chassis.settings import TemporalSettings, load
from contracts import dunning, overdue_list, quote_followup
from workflows.client import connect_as_set
from workflows.dunning import calendar
from workflows.dunning.workflow import DunInvoice
from workflows.overdue_list.workflow import SendOverdueList
from workflows.quote_followup.workflow import FollowUpQuote
from workflows.sampling import STATES, Sample, histories, sample
from workflows.worker import RUNNER

KINDS = (dunning.WORKFLOW, quote_followup.WORKFLOW, overdue_list.WORKFLOW)
FAILED, NOT_LOOKED_AT = 1, 2
SAID = 600


async def run(settings: TemporalSettings, *, size: int, seed: int) -> int:
    """The exit code: 0 when all of them replay, 1 when one does not, 2 when they could not be looked at."""
    calendar.warm_up()  # as the worker does: within a workflow its import may take too long
    # the worker beside it, in whose pod it may run, has the port of the metrics
    alone = settings.model_copy(update={"temporal_metrics": None})
    try:
        client = await connect_as_set(alone, lazy=False)
        return await _replay_all(client, size=size, chance=random.Random(seed))  # noqa: S311 (a sample, no secret)
    except (RPCError, RuntimeError, OSError) as error:  # a first connection that fails is a RuntimeError
        _say(f"Temporal at {settings.temporal_address}, namespace {settings.temporal_namespace}: {error}")
        return NOT_LOOKED_AT


async def _replay_all(client: Client, *, size: int, chance: random.Random) -> int:
    replayed = failed = 0
    for kind in KINDS:
        for state in STATES:
            drawn = await sample(client, kind, state, size=size, chance=chance)
            _say(f"{kind}, {state}: {len(drawn.drawn)} of {drawn.there:,} are drawn.")
            async for result in _replayed(client, drawn):
                replayed += 1
                if result.replay_failure is not None:
                    failed += 1
                    _say(_explained(result, result.replay_failure))
    if not replayed:
        _say(f"Nothing was replayed: no workflow {' or '.join(KINDS)} in {client.namespace} has run.")
        return NOT_LOOKED_AT
    _say(f"{replayed} histories replayed, {failed} failed; those that sleep before their first step have none.")
    return FAILED if failed else 0


async def _replayed(client: Client, drawn: Sample) -> AsyncIterator[WorkflowReplayResult]:
    """With what the worker runs workflows with: `workflows.worker`."""
    replayer = Replayer(
        workflows=[DunInvoice, FollowUpQuote, SendOverdueList],
        workflow_runner=RUNNER,
        data_converter=pydantic_data_converter,
        interceptors=[TracingInterceptor()],
    )
    async with replayer.workflow_replay_iterator(histories(client, drawn.drawn)) as results:
        async for result in results:
            yield result


def _explained(result: WorkflowReplayResult, failure: Exception) -> str:
    said = " ".join(str(failure).split())[:SAID]
    return f"FAILED {result.history.workflow_id} (run {result.history.run_id}): {type(failure).__name__}: {said}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m workflows.replaying", description=__doc__)
    parser.add_argument("--sample", type=_size, default=100, help="of each kind, running and ended (default 100)")
    parser.add_argument("--seed", type=int, default=None, help="the same seed draws the same ones (default: drawn)")
    return parser.parse_args(given)


def _size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no size of a sample; expected 1 to 10000")
    return int(text)


def main() -> int:
    arguments = _arguments()
    settings = _settings()
    if settings is None:
        return NOT_LOOKED_AT
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(10**9)
    _say(f"Seed {seed}.")
    try:
        return asyncio.run(run(settings, size=arguments.sample, seed=seed))
    except Exception:  # which Python would end with 1, as when a workflow does not replay
        traceback.print_exc()
        return NOT_LOOKED_AT


def _settings() -> TemporalSettings | None:
    try:
        return load(TemporalSettings)
    except SystemExit as wrong:
        _say(str(wrong))
        return None


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads of the SDK that still work abort an interpreter which ends in good order, now and then

"""A worker that took a step and died: on a real server, without skipping time."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio import activity, workflow
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollActivityTaskQueueRequest
from temporalio.testing import ActivityEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chassis.clock import real_now
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from workflows import heartbeat
from workflows.client import connect
from workflows.dunning.workflow import CALL

pytestmark = pytest.mark.slow

QUEUE = "lost-steps"


@activity.defn
@heartbeat.beating()
async def step() -> str:
    return "carried out"


@workflow.defn
class OneStep:
    """Calls as the dunning workflow does."""

    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(step, **CALL)


async def test_a_step_that_its_worker_took_along_is_carried_out_by_another_within_half_a_minute(
    tmp_path: Path,
) -> None:
    with running(TemporalServer(tmp_path, free_port())) as server:
        client = await connect(server.target, "default", lazy=False)
        async with Worker(client, task_queue=QUEUE, workflows=[OneStep], workflow_runner=UnsandboxedWorkflowRunner()):
            handle = await client.start_workflow(OneStep.run, id="one", task_queue=QUEUE)
            poll = PollActivityTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=QUEUE), identity="dead")
            taken = await client.workflow_service.poll_activity_task_queue(poll, timeout=timedelta(seconds=20))
            assert taken.activity_type.name == "step"
            async with Worker(client, task_queue=QUEUE, activities=[step]), asyncio.timeout(30):
                assert await handle.result() == "carried out"


async def test_an_attempt_that_takes_long_says_that_it_lives() -> None:
    beats: list[datetime] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *_: beats.append(real_now())

    @heartbeat.beating()
    async def long() -> None:
        await asyncio.sleep(heartbeat.BEAT_S * 2.5)

    await environment.run(long)

    assert len(beats) == 2

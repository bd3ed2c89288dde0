"""Which build of the worker runs which workflows (Temporal Worker Versioning)."""

import asyncio
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from chassis.duties import patiently
from contracts import dunning, overdue_list, quote_followup
from workflows.settings import WorkerSettings

QUEUES = (dunning.TASK_QUEUE, quote_followup.TASK_QUEUE, overdue_list.TASK_QUEUE)
ANSWERED_WITHIN = timedelta(seconds=10)


def config(settings: WorkerSettings) -> WorkerDeploymentConfig:
    version = WorkerDeploymentVersion(deployment_name=settings.deployment_name, build_id=settings.build_id)
    return WorkerDeploymentConfig(version=version, use_worker_versioning=True)


async def become_current(client: Client, settings: WorkerSettings, stopping: asyncio.Event) -> None:
    """Return once this build is the current one, or told to stop."""
    what = f"the first poll of build {settings.build_id}, or the right to make it current,"
    await patiently(lambda: make_current(client, settings), what, stopping)


async def make_current(client: Client, settings: WorkerSettings) -> None:
    """Send new workflows, and those that upgrade by themselves, to this build.

    RPCError until Temporal has seen it poll: a build that cannot start takes no workflow from one that works.

    A queue on which two deployments have worked, as before and after a worker controller, follows the one whose current
    build became so last. What is current in its own already would stay behind: Temporal takes it for no change.
    """
    before = await _set_current(client, settings, settings.build_id)
    if before == settings.build_id and await _is_led_by_another(client, settings.deployment_name):
        await _set_current(client, settings, "")
        await _set_current(client, settings, settings.build_id)


async def _set_current(client: Client, settings: WorkerSettings, build_id: str) -> str:
    """The build that was current in this deployment before."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=settings.deployment_name,
        build_id=build_id,
        identity=client.identity,
        ignore_missing_task_queues=True,
        allow_no_pollers=False,
    )
    set_current = client.workflow_service.set_worker_deployment_current_version
    return (await set_current(request, timeout=ANSWERED_WITHIN)).previous_deployment_version.build_id


async def _is_led_by_another(client: Client, deployment_name: str) -> bool:
    for queue in QUEUES:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        told = await client.workflow_service.describe_task_queue(request, timeout=ANSWERED_WITHIN)
        if told.versioning_info.current_deployment_version.deployment_name != deployment_name:
            return True
    return False

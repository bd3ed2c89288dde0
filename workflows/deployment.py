"""Which build of the worker runs which workflows (Temporal Worker Versioning)."""

import asyncio
from datetime import timedelta

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from chassis.duties import patiently
from workflows.settings import WorkerSettings


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
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=settings.deployment_name,
        build_id=settings.build_id,
        identity=client.identity,
        ignore_missing_task_queues=True,
        allow_no_pollers=False,
    )
    await client.workflow_service.set_worker_deployment_current_version(request, timeout=timedelta(seconds=10))

"""With a worker controller the workers are another deployment of Temporal than without: workflows go on in either."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import (
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentManagerRequest,
)
from temporalio.client import Client, WorkflowHandle
from temporalio.common import VersioningBehavior
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from contracts import dunning
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from workflows import deployment
from workflows.client import connect
from workflows.settings import WorkerSettings

PLAIN, CONTROLLED = "relance/relance-workflows", "relance/relance-workflows-controlled"
CONTROLLER = "temporal-worker-controller/of-a-cluster"


@workflow.defn(versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class Sleeper:
    """As a case does, it waits for weeks, and goes on with the current build when it wakes."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def wake(self) -> str:
        version = workflow.info().get_current_deployment_version()
        return version.to_canonical_string() if version else "none"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    with running(TemporalServer(tmp_path_factory.mktemp("temporal"), free_port())) as server:
        yield server


@pytest.fixture
async def client(server: TemporalServer) -> Client:
    return await connect(server.target, "default", lazy=False)


@pytest.fixture
async def sleeper(client: Client) -> AsyncIterator[WorkflowHandle[Sleeper, None]]:
    handle = await client.start_workflow(Sleeper.run, id="sleeper", task_queue=dunning.TASK_QUEUE)
    yield handle
    await handle.terminate()


def of(name: str, build: str) -> WorkerSettings:
    return WorkerSettings.model_validate(
        {"auth_jwks": "none", "RELANCE_DEPLOYMENT_NAME": name, "RELANCE_BUILD_ID": build}
    )


def workers(client: Client, name: str, build: str) -> Worker:
    return Worker(
        client,
        task_queue=dunning.TASK_QUEUE,
        workflows=[Sleeper],
        workflow_runner=UnsandboxedWorkflowRunner(),
        deployment_config=deployment.config(of(name, build)),
    )


async def become_current(client: Client, build: str) -> None:
    """As the worker does without a controller."""
    async with asyncio.timeout(60):
        await deployment.become_current(client, of(PLAIN, build), asyncio.Event())


async def roll_out(client: Client, build: str) -> None:
    """As the controller does with the first build of a WorkerDeployment: it keeps the deployment for itself."""
    async with asyncio.timeout(60):
        while not await _is_set(client, build):
            await asyncio.sleep(0.1)
    request = SetWorkerDeploymentManagerRequest(
        namespace=client.namespace, deployment_name=CONTROLLED, identity=CONTROLLER, self=True
    )
    await client.workflow_service.set_worker_deployment_manager(request)


async def finalise(client: Client) -> None:
    """As the controller does when the WorkerDeployment is deleted."""
    assert await _is_set(client, "")


async def _is_set(client: Client, build: str) -> bool:
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=CONTROLLED,
        build_id=build,
        identity=CONTROLLER,
        ignore_missing_task_queues=True,
    )
    try:
        await client.workflow_service.set_worker_deployment_current_version(request)
    except RPCError:
        return False
    return True


async def test_what_sleeps_goes_on_when_a_controller_takes_over_and_when_it_goes(
    client: Client, sleeper: WorkflowHandle[Sleeper, None]
) -> None:
    async with workers(client, PLAIN, "one"):
        await become_current(client, "one")
        await _goes_on_with(sleeper, f"{PLAIN}.one")

    async with workers(client, CONTROLLED, "other"):
        await roll_out(client, "other")
        await _goes_on_with(sleeper, f"{CONTROLLED}.other")

        async with workers(client, PLAIN, "two"):
            await become_current(client, "two")
            await _goes_on_with(sleeper, f"{PLAIN}.two")

            await finalise(client)
            assert {await sleeper.execute_update(Sleeper.wake) for _ in range(5)} == {f"{PLAIN}.two"}


async def test_the_build_of_before_takes_over_again_though_nobody_ends_what_the_controller_made(
    client: Client, sleeper: WorkflowHandle[Sleeper, None]
) -> None:
    """In its own deployment it is the current one all the while."""
    async with workers(client, PLAIN, "one"):
        await become_current(client, "one")

    async with workers(client, CONTROLLED, "other"):
        await roll_out(client, "other")
        await _goes_on_with(sleeper, f"{CONTROLLED}.other")

    async with workers(client, PLAIN, "one"):
        await become_current(client, "one")
        await _goes_on_with(sleeper, f"{PLAIN}.one")


async def _goes_on_with(sleeper: WorkflowHandle[Sleeper, None], build: str) -> None:
    """Soon: Temporal tells each of its queues of another current build, which a task may be quicker than."""
    async with asyncio.timeout(60):
        while await sleeper.execute_update(Sleeper.wake) != build:
            await asyncio.sleep(0.2)

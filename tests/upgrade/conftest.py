"""The last release at work on a fast clock, its successor to be started beside it, and everybody before one front."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import nats
import pytest
import pytest_asyncio
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client

from chassis import database
from chassis.clock import real_now
from contracts.clock import Clock
from deploy.local import leftovers
from deploy.local.catalogue import SERVICES
from deploy.local.credentials import mint_of
from deploy.local.ports import free_ports
from deploy.local.seed import seed
from deploy.local.stack import Stack, StackOptions
from deploy.local.supervisor import Supervisor
from services.identity.sealing import Sealer
from services.identity.signing.use_cases import seal_anew
from tests.e2e.house import House
from tests.upgrade.front import Front
from tests.upgrade.release import NotHere, Release, last_release
from tests.upgrade.traffic import Traffic
from tests.upgrade.versions import NEW, OLD, Versions, jobs_of, staying_of
from workflows.client import connect
from workflows.dunning.scenario import from_yaml

SPEED = 86_400 / 2
AT_ONCE = 3
ROLLING = from_yaml((Path(__file__).parent / "rolling.yaml").read_text())


@dataclass
class Fleet:
    """Old and new processes on the same servers; a front before the copies of each API."""

    house: House
    versions: Versions
    newcomers: Supervisor
    fronts: dict[str, Front]
    traffic: Traffic
    temporal: Client
    secret: str
    """Of the administrator's session, which was opened before the upgrade."""
    phases: list[str] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        return self.house.stack

    async def migrate(self) -> None:
        """The jobs of the new version, as its hooks run them before its processes start."""
        for name in jobs_of(self.newcomers.planned):
            await self.newcomers.children[name].start()

    async def start(self, version: str) -> None:
        """A few at a time, as a roll-out does; each API gets its share of the requests once it is ready."""
        room = asyncio.Semaphore(AT_ONCE)

        async def start_one(name: str) -> None:
            async with room:
                await self._child(version, name).start()
            if name.removesuffix(f"-{NEW}") in self.fronts:
                front = self.fronts[name.removesuffix(f"-{NEW}")]
                front.behind.append(self.versions.ports[version][front.name])

        await asyncio.gather(*(start_one(name) for name in self._names(version)))

    async def stop(self, version: str) -> None:
        """Out of the fronts first, as an orchestrator does."""
        for name, front in self.fronts.items():
            front.behind.remove(self.versions.ports[version][name])
        await asyncio.sleep(1)
        await asyncio.gather(*(self._child(version, name).stop() for name in self._names(version)))

    async def is_served(self) -> bool:
        """Whether who signed in before the upgrade gets a token, and is answered with it."""
        urls, http = self.stack.urls, self.house.http
        given = await http.post(f"{urls['identity']}/tokens", headers={"authorization": f"Bearer {self.secret}"})
        token = given.raise_for_status().json()["access_token"]
        answer = await http.get(f"{urls['billing']}/invoices", headers={"authorization": f"Bearer {token}"})
        return answer.is_success

    async def seal_keys(self) -> None:
        """As the identity worker of the new version does ten minutes after its start."""
        settings = self._child(NEW, f"identity-{NEW}").program.environment()
        engine = database.engine(settings["RELANCE_DATABASE_URL"], pool=1)
        await seal_anew(database.sessions_of(engine), Sealer.of(settings["RELANCE_SEALING_KEYS"]))
        await engine.dispose()

    def forget_keys(self) -> None:
        """What docs/operating.md says to do after going back to a version that cannot open them."""
        self.stack.servers.postgres.execute("delete from signing_keys", database="identity")

    async def current_build(self) -> str:
        """To which build of the workers Temporal routes."""
        asked = DescribeWorkerDeploymentRequest(namespace=self.temporal.namespace, deployment_name="relance")
        told = await self.temporal.workflow_service.describe_worker_deployment(asked)
        return told.worker_deployment_info.routing_config.current_deployment_version.build_id

    def _names(self, version: str) -> list[str]:
        return staying_of(self.newcomers.planned if version == NEW else self.stack.supervisor.planned)

    def _child(self, version: str, name: str) -> Any:
        return (self.newcomers if version == NEW else self.stack.supervisor).children[name]

    def errors(self) -> list[str]:
        """What any process of either version called an error."""
        found = []
        for log in sorted((self.stack.data_dir / "logs").rglob("*.log")):
            for line in log.read_text(errors="replace").splitlines():
                start = line.find("{")
                if '"ERROR"' in line and start >= 0:
                    said = json.loads(line[start:])
                    found.append(f"{log.stem}: {said.get('message')} {str(said.get('exc_info', ''))[-300:]}")
        return found


@pytest.fixture(scope="session")
def release() -> Release:
    try:
        return last_release()
    except NotHere as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture
async def fleet(release: Release, tmp_path: Path) -> AsyncIterator[Fleet]:
    now, versions = real_now(), Versions(release)
    options = StackOptions(
        tmp_path / "stack", free_ports(), Clock(origin=now, started=now, speed=SPEED), quiet=True, plan=versions.old
    )
    stack = Stack(options)
    fronts = {name: Front(name, stack.ports[name], [versions.ports[OLD][name]]) for name in SERVICES}
    async with AsyncExitStack() as leaving:
        for front in fronts.values():
            await leaving.enter_async_context(front)
        await leaving.enter_async_context(stack)
        newcomers = Supervisor(
            versions.new(stack.servers, stack.shared),
            log_dir=stack.data_dir / "logs",
            marks=leftovers.marked(stack.data_dir),
            terminal=stack.terminal,
        )
        leaving.push_async_callback(newcomers.stop)
        http = await leaving.enter_async_context(httpx2.AsyncClient(timeout=30))
        bus = await nats.connect(stack.shared["RELANCE_NATS_URL"])
        leaving.push_async_callback(bus.close)
        house = House(stack, http, bus, mint_of(stack.shared))
        await prepare(house)
        temporal = await connect(stack.shared["RELANCE_TEMPORAL_ADDRESS"], "default")
        secret = await signed_in(house, release)
        yield Fleet(house, versions, newcomers, fronts, Traffic(house), temporal, secret)


async def prepare(house: House) -> None:
    await seed(house.stack.urls, house.token())
    draft = {"json": ROLLING.model_dump(mode="json")}
    assert (await house.call("PUT", "dunning", f"/scenarios/{ROLLING.key}/draft", **draft)).is_success
    await house.post("dunning", f"/scenarios/{ROLLING.key}/publish")
    policy = {"json": {"default_scenario": ROLLING.key}}
    assert (await house.call("PUT", "dunning", "/policy", **policy)).is_success


async def signed_in(house: House, release: Release) -> str:
    """The administrator is made by the last release, and opens a session of it."""
    email, password = "admin@atelier-brun.example", "une phrase assez longue pour eux"
    dsn = house.stack.servers.postgres.url("identity")
    make = "import asyncio, sys; from deploy.local.first_admin import ensure_admin as make; "
    make += (
        "asyncio.run(make(sys.argv[1], {'RELANCE_ADMIN_EMAIL': sys.argv[2], 'RELANCE_ADMIN_PASSWORD': sys.argv[3]}))"
    )
    made = await asyncio.create_subprocess_exec(*release.python, "-c", make, dsn, email, password)
    assert await made.wait() == 0
    sessions = f"{house.stack.urls['identity']}/sessions"
    answer = await house.http.post(sessions, json={"email": email, "password": password})
    return str(answer.raise_for_status().json()["secret"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.upgrade)
            item.add_marker(pytest.mark.timeout(1800))

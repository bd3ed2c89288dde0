"""One stack with a Prometheus beside it, for all runbooks: each provokes a fault, and leaves it mended."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import nats
import pytest
import pytest_asyncio

from chassis.clock import real_now
from chassis.provision import provision
from contracts.clock import Clock
from contracts.scenario import ScenarioContent, Step, StepKind
from deploy.local.catalogue import Servers, whole_stack
from deploy.local.credentials import mint_of
from deploy.local.first_admin import PASSWORD, ensure_admin
from deploy.local.ports import free_port, free_ports
from deploy.local.seed import seed
from deploy.local.services import Planned
from deploy.local.stack import Stack, StackOptions
from tests.chaos.mailbox.faults import Fault, FaultOrder
from tests.chaos.plan import bearing_witness
from tests.disaster.conftest import Ruin
from tests.e2e.house import House
from tests.runbooks.watch import Watch, watching

SPEED = 86_400 / 4
SOON = ScenarioContent(
    key="soon",
    name="Bientôt",
    steps=[
        Step(key="first", days=1, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="second", days=300, kind=StepKind.EMAIL, template="second-reminder"),
    ],
)
CALENDAR = {"time_zone": "UTC", "working_weekdays": list(range(7)), "sending_hour": 0, "latest_hour": 24}
SETTINGS = {
    "RELANCE_METRICS_EVERY": "PT1S",
    "RELANCE_RECONCILIATION_AT_MOST_EVERY": "PT5S",
    "RELANCE_SMTP_TIMEOUT": "2",
}


@dataclass
class Post(Ruin):
    """The stack as ops have it before them; `settings` are those of each process at its next start."""

    watch: Watch = field(kw_only=True)
    settings: dict[str, str] = field(kw_only=True)

    async def misbehave(self, fault: Fault, seconds: float) -> None:
        """The mail relay, for so long."""
        order = FaultOrder(fault=fault, until=real_now() + timedelta(seconds=seconds))
        url = f"{self.stack.urls['mailbox']}/fault"
        (await self.house.http.put(url, json=order.model_dump(mode="json"))).raise_for_status()

    async def sized(self, size: int) -> None:
        """What each stream may take, as by `provision` with other RELANCE_STREAM_BYTES."""
        await provision(self.house.bus.jetstream(timeout=5), replicas=1, days=30, size=size)

    async def case(self, invoice: Mapping[str, Any]) -> dict[str, Any]:
        return await self.house.case(dict(invoice))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def post(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    now, directory, settings = real_now(), tmp_path_factory.mktemp("post"), dict(SETTINGS)

    def plan(servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> Sequence[Planned]:
        return [bearing_witness(each) for each in whole_stack(servers, _Both(settings, shared), ports)]

    clock = Clock(origin=now, started=now, speed=SPEED)
    options = StackOptions(directory / "stack", ports=free_ports(), clock=clock, quiet=True, plan=plan)
    async with (
        Stack(options) as stack,
        httpx2.AsyncClient(timeout=20) as http,
        watching(stack, directory / "prometheus", free_port()) as watch,
    ):
        connection = await nats.connect(stack.shared["RELANCE_NATS_URL"], max_reconnect_attempts=-1)
        house = House(stack, http, connection, mint_of(stack.shared))
        await _furnish(house)
        yield Post(house, watch=watch, settings=settings)
        await connection.close()


class _Both(Mapping[str, str]):
    """What every process gets, with what a test changes before it starts one anew."""

    def __init__(self, changing: Mapping[str, str], shared: Mapping[str, str]) -> None:
        self.changing, self.shared = changing, shared

    def __getitem__(self, name: str) -> str:
        return {**self.shared, **self.changing}[name]

    def __iter__(self) -> Any:
        return iter({**self.shared, **self.changing})

    def __len__(self) -> int:
        return len({**self.shared, **self.changing})


async def _furnish(house: House) -> None:
    await ensure_admin(house.stack.servers.postgres.url("identity"), {PASSWORD: "Runbooks-2026-tried"})
    await seed(house.stack.urls, house.token())
    draft = {"json": SOON.model_dump(mode="json")}
    assert (await house.call("PUT", "dunning", f"/scenarios/{SOON.key}/draft", **draft)).is_success
    await house.post("dunning", f"/scenarios/{SOON.key}/publish")
    policy = {"json": {"default_scenario": SOON.key, "calendar": CALENDAR}}
    assert (await house.call("PUT", "dunning", "/policy", **policy)).is_success


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.runbooks)
            item.add_marker(pytest.mark.timeout(600))

"""What the dunning worker tells of the reconciliation, before a first run too."""

from collections.abc import Mapping

import pytest
from nats.aio.client import Client as Nats

from chassis import database
from chassis.clock import Now
from chassis.figures import Labels
from chassis.worker import Worker
from services.dunning.figures.measures import measures
from services.dunning.settings import Settings
from tests.services.dunning.desk import Desk
from tests.services.dunning.ledger import Ledger
from tests.services.dunning.test_reconciliation import Floor, run
from tests.support.tokens import Keys

AGE, COUNT = "relance_reconciliation_age_seconds", "relance_reconciled_organisations"


@pytest.fixture
def worker(desk: Desk, dsn: str, keys: Keys) -> Worker:
    settings = Settings.model_validate({"auth_jwks": str(keys.jwks), "database_url": dsn})
    return Worker("dunning", settings, database.engine(dsn), desk.sessions, Nats(), Now())


async def told(worker: Worker, *further: str) -> dict[str, Mapping[Labels, float]]:
    return {each.name: each.values for each in await measures(worker, further)["reconciliations"]()}


async def test_a_fresh_installation_without_an_organisation_has_nothing_that_could_be_late(worker: Worker) -> None:
    figures = await told(worker)

    assert (figures[COUNT], figures[AGE]) == ({(): 0}, {})


async def test_an_organisation_that_no_run_looked_at_is_as_old_as_the_worker(desk: Desk, worker: Worker) -> None:
    await desk.get("/policy")  # dunning has heard of the organisation
    figures = await told(worker, "restored")

    assert figures[COUNT] == {(): 2}
    assert {*figures[AGE]} == {("demo",), ("restored",)}
    assert 0 <= max(figures[AGE].values()) < 60


async def test_one_that_was_looked_at_is_as_old_as_its_last_run(desk: Desk, worker: Worker, keys: Keys) -> None:
    await desk.get("/policy")
    await run(desk, Ledger(keys), Floor())
    figures = await told(worker)

    since = (worker.now() - desk.time()).total_seconds()
    assert figures[AGE] == {("demo",): pytest.approx(since, abs=60)}
    assert figures["relance_reconciliation_incomplete"] == {("demo",): 0}

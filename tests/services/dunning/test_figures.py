"""What dunning tells Prometheus: reconciliations of several workers, before the first too, and all decisions."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from nats.aio.client import Client as Nats

from chassis import database
from chassis.clock import Now, real_now
from chassis.figures import Figure, Labels, Measure
from chassis.worker import Worker
from services.dunning.figures.measures import measures
from services.dunning.reconciliation import store
from services.dunning.reconciliation.models import Reconciliation
from services.dunning.settings import Settings
from tests.services.dunning.desk import Desk
from tests.services.dunning.ledger import Ledger
from tests.services.dunning.test_reconciliation import Floor, run
from tests.support.tokens import Keys

HOUR = timedelta(hours=1)
AGE, COUNT = "relance_reconciliation_age_seconds", "relance_reconciled_organisations"


@pytest.fixture
def worker(desk: Desk, dsn: str, keys: Keys) -> Worker:
    settings = Settings.model_validate({"auth_jwks": str(keys.jwks), "database_url": dsn})
    return Worker("dunning", settings, database.engine(dsn), desk.sessions, Nats(), Now())


def reconciliations(worker: Worker, *further: str) -> Measure:
    return measures(worker, reconciled_every=HOUR, further_organisations=further)["reconciliations"]


async def told(worker: Worker, *further: str) -> dict[str, Mapping[Labels, float]]:
    return by_name(await reconciliations(worker, *further)())


def by_name(figures: Sequence[Figure]) -> dict[str, Mapping[Labels, float]]:
    """Without the zeros of what was mended."""
    found = {each.name: each.values for each in figures}
    mended = found["relance_reconciliation_mended"]
    return found | {"relance_reconciliation_mended": {key: value for key, value in mended.items() if value}}


async def ran(desk: Desk, began: datetime, *, organisation: str = "demo", **found: Any) -> None:
    """A run that took a second."""
    row = Reconciliation(organisation=organisation, started_at=began, finished_at=began + timedelta(seconds=1), **found)
    async with desk.sessions() as session, session.begin():
        await store.keep(session, row)


async def test_a_fresh_installation_without_an_organisation_has_nothing_that_could_be_late(worker: Worker) -> None:
    figures = await told(worker)

    assert (figures[COUNT], figures[AGE]) == ({(): 0}, {})


async def test_an_organisation_that_no_run_looked_at_is_as_old_as_the_knowledge_of_it(
    desk: Desk, worker: Worker
) -> None:
    await desk.get("/policy")  # dunning has heard of the organisation
    measure = reconciliations(worker, "restored")
    figures = by_name(await measure())

    assert figures[COUNT] == {(): 2}
    assert {*figures[AGE]} == {("demo",), ("restored",)}
    assert 0 <= max(figures[AGE].values()) < 60
    await asyncio.sleep(0.1)
    await desk.get("/policy", organisation="later")
    ages = by_name(await measure())[AGE]
    assert ages["demo",] >= 0.1 > ages["later",]


async def test_one_that_was_looked_at_is_as_old_as_its_last_run(desk: Desk, worker: Worker, keys: Keys) -> None:
    await desk.get("/policy")
    await run(desk, Ledger(keys), Floor())
    figures = await told(worker)

    since = (worker.now() - desk.time()).total_seconds()
    assert figures[AGE] == {("demo",): pytest.approx(since, abs=60)}
    assert figures["relance_reconciliation_incomplete"] == {("demo",): 0}


async def test_a_second_worker_that_finds_nothing_does_not_hide_what_the_first_mended(
    desk: Desk, worker: Worker
) -> None:
    began = real_now() - timedelta(minutes=10)
    await ran(desk, began, opened=1, workflows_started=2)
    await ran(desk, began + timedelta(seconds=1), updated=1)

    assert (await told(worker, "demo", "autre"))["relance_reconciliation_mended"] == {
        ("demo", "opened"): 1,
        ("demo", "updated"): 1,
        ("demo", "workflows_started"): 2,
    }


async def test_what_was_mended_before_that_is_no_longer_told(desk: Desk, worker: Worker) -> None:
    began = real_now() - HOUR - timedelta(seconds=10)
    await ran(desk, began, opened=1)
    await ran(desk, began, organisation="autre", opened=1)
    await ran(desk, began + HOUR)

    figures = await told(worker, "demo", "autre")
    assert figures["relance_reconciliation_mended"] == {}
    assert figures["relance_reconciliation_age_seconds"]["demo",] < 60
    assert figures["relance_reconciliation_age_seconds"]["autre",] > 3600


async def test_a_run_that_broke_off_is_made_up_for_by_one_that_began_later(desk: Desk, worker: Worker) -> None:
    began = real_now() - timedelta(minutes=10)
    await ran(desk, began, problem="billing is away")
    await ran(desk, began + timedelta(seconds=1))
    await ran(desk, began, organisation="autre")
    await ran(desk, began + timedelta(seconds=1), organisation="autre", problem="billing is away")

    assert (await told(worker, "demo", "autre"))["relance_reconciliation_incomplete"] == {("demo",): 0, ("autre",): 1}


def test_a_fresh_process_tells_decisions_from_0_on() -> None:
    """Prometheus takes a series that begins with 1 for no increase."""
    asked = "import services.dunning.main, prometheus_client as p; print(p.generate_latest().decode())"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True).stdout

    assert 'relance_decisions_total{outcome="deferred",reason="stale_balance"} 0.0' in told.splitlines()

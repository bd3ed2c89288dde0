"""Publishing a draft, after seeing what it changes and for which running cases."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerChanged
from contracts.base import Key
from contracts.rights import Right
from services.console.pages.scenarios.changes import changes_of
from services.console.pages.scenarios.names import name_of
from services.console.peers.scenarios import Comparison, Draft, Migration, Publication, Scenarios
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/scenarios/{key}/publish")

Publisher = Annotated[Visit, reading(Right.SCENARIOS_PUBLISH)]

SHOWN = 30
MIGRATE = "migrate"
COLUMNS = (
    Column(mark("Invoice")),
    Column(mark("Version"), align="end"),
    Column(mark("Next step now")),
    Column(mark("Next step then")),
)


@router.get("")
async def publishing(key: Key, visit: Publisher) -> Response:
    return await _show(visit, key, visit.no_form())


@router.post("")
async def publish(key: Key, visit: Publisher) -> Response:
    form = await visit.form()
    wanted = Publication(migrate=form.value("cases") == MIGRATE, make_default=form.value("make_default") == "on")
    scenarios = Scenarios(visit.client("dunning"))
    with form.telling_refusals():
        try:
            published = await scenarios.publish(key, wanted, since=form.value("since"), key=form.once)
        except PeerChanged:
            draft = await scenarios.draft(key)
            form.changed_meanwhile(draft.saver, draft.saved_at)
            return await _show(visit, key, form, status=409)
        version, count = published.scenario.version, published.migrated
        told = visit.say("Version %(version)s is in force.", version=version)
        if wanted.migrate:
            told += " " + visit.say("Running cases that follow it from now on: %(count)s.", count=count)
        return visit.go(f"/scenarios/{key}", told)
    return await _show(visit, key, form, status=422)


async def _show(visit: Visit, key: str, form: Form, *, status: int = 200) -> Response:
    scenarios = Scenarios(visit.client("dunning"))
    draft, policy = await asyncio.gather(scenarios.draft(key), visit.if_may(Right.POLICY_READ, scenarios.policy))
    migration, comparison = await _effects(scenarios, draft, visit.query.get("cursor"))
    return visit.page(
        "scenarios/publish.html",
        status,
        scenario=draft.content,
        draft=draft,
        form=form,
        migration=migration,
        table=Table(f"/scenarios/{key}/publish", COLUMNS, visit.query, "", migration.next if migration else None),
        comparison=comparison,
        changes=changes_of(comparison, visit) if comparison else [],
        is_default=policy is not None and policy.default_scenario == key,
        may_default=visit.may(Right.POLICY_WRITE),
        name_of=lambda template: name_of(visit, template),
    )


async def _effects(
    scenarios: Scenarios, draft: Draft, cursor: str | None
) -> tuple[Migration | None, Comparison | None]:
    """On running cases, and on the version in force. None where there is nothing to look at."""
    if not draft.content.steps:
        return None, None
    key = draft.content.key
    migration = scenarios.migration(key, limit=SHOWN, cursor=cursor)
    if draft.published is None or not draft.is_draft:
        return await migration, None
    return await asyncio.gather(migration, scenarios.compare(key, draft.published, None))

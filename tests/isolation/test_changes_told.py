"""Whatever a person changes is told to the audit: which rows, from what to what."""

from collections import Counter

from sqlalchemy import text

from chassis.database import Sessions
from contracts.events import AuditRecorded
from tests.isolation.ground import LAST_USED, MECHANICS, OURS, Ground, rows_of
from tests.isolation.operations import Operation
from tests.isolation.walk import operations

NOT_A_CHANGE = {
    *("attempts", "oidc_authorizations", "contact_claims", "invoice_closings", "trials"),
    *("ageing_days", "ageing_movements", "sales_days", "sales_movements", "invoice_series", "quote_series"),
}
"""What services count or remember for themselves, or what follows from rows that are told."""
TOLD_WITH = {"scenarios": "scenario_versions", "templates": "template_versions"}
"""Rows that say no more than the version beside them."""
ORDER = {"post": 0, "put": 1, "delete": 2}


async def test_every_row_that_a_request_changes_is_told_with_its_values(ground: Ground) -> None:
    writing = [
        each for each in await operations(ground) if each.method != "get" and not each.path.startswith("/public")
    ]
    wrong = []
    changing = 0
    for operation in sorted(writing, key=lambda each: ORDER[each.method]):
        changed, told = await changed_and_told(ground, operation)
        changing += bool(changed)
        if missing := {each for each in changed - told if TOLD_WITH.get(each) not in told}:
            wrong.append(f"{operation}: {sorted(missing)} changed, {sorted(told)} told")
    assert not wrong, "\n".join(wrong)
    assert changing > 3


async def changed_and_told(ground: Ground, operation: Operation) -> tuple[set[str], set[str]]:
    """Tables with rows that one request changed, and those that its entry tells of with values."""
    sessions: Sessions = ground.app.state.sessions
    before, known = await tables(sessions), len(await entries(sessions))
    await ground.call(OURS, operation, ground.ids[OURS])
    after = await tables(sessions)
    told = {
        change.object.split("/")[0]
        for entry in (await entries(sessions))[known:]
        for change in entry.changes
        if change.before is not None or change.after is not None
    }
    return {name for name, _ in (before - after) | (after - before)}, told


async def tables(sessions: Sessions) -> Counter[tuple[str, str]]:
    rows = await rows_of(sessions, LAST_USED | MECHANICS | NOT_A_CHANGE)
    return Counter(rows.every)


async def entries(sessions: Sessions) -> list[AuditRecorded]:
    async with sessions() as session:
        query = text("select body from outbox where subject = :type order by position")
        bodies = (await (await session.connection()).execute(query, {"type": AuditRecorded.type})).scalars().all()
    return [AuditRecorded.model_validate_json(body) for body in bodies]

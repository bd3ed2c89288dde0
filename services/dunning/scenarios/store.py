"""Queries of scenarios and their versions."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.dunning.scenarios.models import DunningScenario, ScenarioVersion, VersionStatus


async def add_unless_there(session: AsyncSession, scenario: DunningScenario, version: ScenarioVersion) -> None:
    await session.exec(insert(DunningScenario).values(**dict(scenario)).on_conflict_do_nothing())
    await session.exec(insert(ScenarioVersion).values(**dict(version)).on_conflict_do_nothing())


async def add_scenario_unless_there(session: AsyncSession, scenario: DunningScenario) -> None:
    await session.exec(insert(DunningScenario).values(**dict(scenario)).on_conflict_do_nothing())


async def lock_scenario(session: AsyncSession, organisation: str, key: str) -> DunningScenario | None:
    """One change of a scenario at a time."""
    statement = select(DunningScenario).where(
        col(DunningScenario.organisation) == organisation, col(DunningScenario.key) == key
    )
    return (await session.exec(statement.with_for_update(key_share=True))).first()


async def page(
    session: AsyncSession, organisation: str, *, after: tuple[str] | None, limit: int
) -> Sequence[DunningScenario]:
    """By key."""
    statement = select(DunningScenario).where(col(DunningScenario.organisation) == organisation)
    if after is not None:
        statement = statement.where(col(DunningScenario.key) > after[0])
    return (await session.exec(statement.order_by(col(DunningScenario.key)).limit(limit))).all()


async def versions_page(
    session: AsyncSession, organisation: str, key: str, *, before: tuple[int] | None, limit: int
) -> Sequence[ScenarioVersion]:
    """Newest first."""
    statement = select(ScenarioVersion).where(
        col(ScenarioVersion.organisation) == organisation, col(ScenarioVersion.key) == key
    )
    if before is not None:
        statement = statement.where(col(ScenarioVersion.version) < before[0])
    return (await session.exec(statement.order_by(col(ScenarioVersion.version).desc()).limit(limit))).all()


async def version_of(session: AsyncSession, organisation: str, key: str, version: int) -> ScenarioVersion | None:
    return await session.get(ScenarioVersion, (organisation, key, version))


async def latest_published(session: AsyncSession, organisation: str, key: str) -> ScenarioVersion | None:
    return await _latest(session, organisation, key, VersionStatus.PUBLISHED)


async def draft(session: AsyncSession, organisation: str, key: str) -> ScenarioVersion | None:
    return await _latest(session, organisation, key, VersionStatus.DRAFT)


async def latest_of_each(
    session: AsyncSession, organisation: str, keys: Sequence[str], status: VersionStatus
) -> dict[str, ScenarioVersion]:
    statement = (
        select(ScenarioVersion)
        .where(
            col(ScenarioVersion.organisation) == organisation,
            col(ScenarioVersion.key).in_(keys),
            col(ScenarioVersion.status) == status,
        )
        .ext(distinct_on(col(ScenarioVersion.key)))
        .order_by(col(ScenarioVersion.key), col(ScenarioVersion.version).desc())
    )
    return {row.key: row for row in await session.exec(statement)}


async def claim(session: AsyncSession, scenario: DunningScenario) -> bool:
    """Whether its key was free; from now on it is taken."""
    statement = insert(DunningScenario).values(**dict(scenario)).on_conflict_do_nothing()
    return (await session.exec(statement.returning(col(DunningScenario.key)))).first() is not None


async def forget_draft(session: AsyncSession, draft: ScenarioVersion) -> None:
    """A scenario that has no other version is forgotten with it."""
    await session.delete(draft)
    await session.flush()
    if await latest_published(session, draft.organisation, draft.key) is None:
        await session.delete(await session.get_one(DunningScenario, (draft.organisation, draft.key)))


async def _latest(session: AsyncSession, organisation: str, key: str, status: VersionStatus) -> ScenarioVersion | None:
    statement = select(ScenarioVersion).where(
        col(ScenarioVersion.organisation) == organisation,
        col(ScenarioVersion.key) == key,
        col(ScenarioVersion.status) == status,
    )
    return (await session.exec(statement.order_by(col(ScenarioVersion.version).desc()).limit(1))).first()

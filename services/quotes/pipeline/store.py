"""Queries on pipelines; each takes the organisation."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import changes
from services.quotes.pipeline.models import OwnPipeline


async def find_pipeline(session: AsyncSession, organisation: str) -> OwnPipeline | None:
    query = select(OwnPipeline).where(OwnPipeline.organisation == organisation)
    return (await session.exec(query.execution_options(populate_existing=True))).one_or_none()


async def put_pipeline(session: AsyncSession, pipeline: OwnPipeline) -> None:
    known = await find_pipeline(session, pipeline.organisation)
    if known is not None:
        known.stages, known.updated_at, known.updated_by = pipeline.stages, pipeline.updated_at, pipeline.updated_by
        return await session.flush()
    values = pipeline.model_dump(exclude={"stages"}) | {"stages": pipeline.stages}
    written = insert(OwnPipeline).values(**values)
    await session.exec(written.on_conflict_do_update(index_elements=["organisation"], set_=values))
    changes.note(session.sync_session, new=[pipeline])

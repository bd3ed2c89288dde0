"""Read and replace an organisation's pipeline."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from services.quotes.pipeline import store
from services.quotes.pipeline.models import OwnPipeline
from services.quotes.pipeline.stages import DEFAULT, Pipeline, Stage


async def pipeline_of(session: AsyncSession, organisation: str) -> Pipeline:
    """The organisation's own, else the default."""
    own = await store.find_pipeline(session, organisation)
    return Pipeline(tuple(own.stages)) if own else DEFAULT


async def put_pipeline(session: AsyncSession, caller: Caller, stages: Sequence[Stage], *, now: datetime) -> Pipeline:
    own = OwnPipeline(organisation=caller.organisation, stages=list(stages), updated_at=now, updated_by=caller.subject)
    await store.put_pipeline(session, own)
    return Pipeline(tuple(stages))

"""`/pipeline`: the stages that quotes go through."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from contracts.rights import Access, Right
from services.quotes.pipeline import use_cases
from services.quotes.pipeline.schemas import PipelineInput, PipelineView, StageView
from services.quotes.pipeline.stages import Pipeline

router = APIRouter(prefix="/pipeline", tags=["pipeline"])

Reader = Annotated[Caller, require(Right.PIPELINE_READ)]
Writer = Annotated[Caller, require(Right.PIPELINE_WRITE)]


@router.get("")
async def read_pipeline(caller: Reader, transaction: Transaction) -> PipelineView:
    """The organisation's stages in their order, the default ones until it writes its own."""
    return _view(await use_cases.pipeline_of(transaction, caller.organisation), caller)


@router.put("")
async def put_pipeline(
    body: PipelineInput, caller: Writer, transaction: Transaction, now: CurrentClock
) -> PipelineView:
    """Replace the stages. Quotes in a stage that is left out go back to where their status puts them."""
    return _view(await use_cases.put_pipeline(transaction, caller, body.as_stages(), now=now()), caller)


def _view(pipeline: Pipeline, caller: Caller) -> PipelineView:
    seen = pipeline.keys if Right.PIPELINE_WRITE in caller.rights else pipeline.seen(caller.access_in)
    return PipelineView(
        stages=[
            StageView(key=stage.key, names=stage.names, kind=stage.kind, access=Access(caller.access_in(stage.key)))
            for stage in pipeline.stages
            if stage.key in seen
        ]
    )

"""Endpoints: a text as its reader would get it, before it is saved."""

from typing import Annotated

from fastapi import APIRouter, Response

from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.base import Key
from contracts.rights import Right
from services.notify.letters.api import PDF, CurrentPress
from services.notify.previews import use_cases
from services.notify.previews.schemas import PreviewInput
from services.notify.rendering.jobs import Rendering
from services.notify.templates.api import CurrentRenderer

router = APIRouter(prefix="/templates", tags=["templates"], route_class=IdempotentRoute)

Previewer = Annotated[Caller, require(Right.TEMPLATES_PREVIEW)]


@router.post("/{key}/preview")
async def preview_template(
    key: Key, body: PreviewInput, caller: Previewer, transaction: Transaction, renderer: CurrentRenderer
) -> Rendering:
    """The texts as their reader would get them, saved or not.

    422 `template_refused` when the text cannot be used: `errors` have a code, the part, the line and the column.
    """
    asked = await use_cases.find(transaction, caller.organisation, key, body)
    return await use_cases.rendered(renderer, asked)


@router.post("/{key}/preview.pdf", response_class=Response, responses=PDF)
async def preview_letter(
    key: Key,
    body: PreviewInput,
    caller: Previewer,
    transaction: Transaction,
    renderer: CurrentRenderer,
    press: CurrentPress,
) -> Response:
    """The text as a letter. Nothing is stored, and nothing is to be posted."""
    asked = await use_cases.find(transaction, caller.organisation, key, body)
    pdf = await use_cases.letter(press, asked, await use_cases.rendered(renderer, asked))
    headers = {"content-disposition": f'inline; filename="{key}.pdf"', "cache-control": "private"}
    return Response(pdf, media_type="application/pdf", headers=headers)

"""The overdue list by e-mail: the reader has it sent to themselves once a week, and stops it."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.receivables.page import PATH, show
from services.console.peers.dunning import Dunning, OverdueListRequest
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/receivables/overdue-list")

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]


@router.post("")
async def ask_for(visit: Reader) -> Response:
    """For half a year from now on, whether there was one before or not."""
    form = await visit.form()
    wanted = OverdueListRequest(
        language=visit.language,
        weekday=form.whole("weekday", least=0, most=6),
        hour=form.whole("hour", least=0, most=23),
    )
    if form.is_valid:
        with form.telling_refusals():
            asked = await Dunning(visit.client("dunning")).ask_for_overdue_list(wanted)
            return visit.go(PATH, visit.say("The overdue list goes to %(email)s every week.", email=asked.email))
    return await show(visit, {}, status=422, list_form=form)


@router.post("/end")
async def end(visit: Reader) -> Response:
    await Dunning(visit.client("dunning")).end_overdue_list()
    return visit.go(PATH, visit.say("The overdue list is not sent to you any more."))

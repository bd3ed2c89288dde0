"""A new scenario: from nothing, like another one, or from a file."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerRefused
from contracts.rights import Right
from services.console.pages.scenarios.writing import words_of
from services.console.peers.scenarios import Beginning, Problem, Scenarios
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading

# Keys of scenarios never begin with a hyphen: these addresses take the place of none.
router = APIRouter(prefix="/scenarios/-")

Writer = Annotated[Visit, reading(Right.SCENARIOS_WRITE)]

OTHERS = 50
LONGEST_TEXT = 100_000
EMPTY, READY_MADE, COPY = "empty", "ready", "copy"
ABOUT = {
    "standard": mark("Three e-mails, a call, a formal notice: what most companies do."),
    "gentle": mark("Later and softer: for customers whom you would rather keep than press."),
    "firm": mark("Sooner and closer: for large or repeated debts."),
}


@router.get("/new")
async def new(visit: Writer) -> Response:
    return await _new(visit, visit.no_form())


@router.post("/new")
async def begin(visit: Writer) -> Response:
    form = await visit.form()
    start, _, which = form.value("start", EMPTY).partition(":")
    beginning = Beginning(
        name=form.text("name", most=200),
        ready_made=which if start == READY_MADE else None,
        copy_of=which if start == COPY else None,
    )
    if form.is_valid:
        with form.telling_refusals():
            key = await Scenarios(visit.client("dunning")).begin(beginning, key=form.once)
            return visit.go(f"/scenarios/{key}")
    return await _new(visit, form, status=422)


@router.get("/import")
async def importing(visit: Writer) -> Response:
    return visit.page("scenarios/import.html", form=visit.no_form(), mistakes=[])


@router.post("/import")
async def bring_in(visit: Writer) -> Response:
    form = await visit.form()
    mistakes: list[str] = []
    text = form.value("text")
    if form.text("text", most=LONGEST_TEXT) and form.is_valid:
        try:
            key = await Scenarios(visit.client("dunning")).bring_in(text, key=form.once)
            told = visit.say("It is a draft now: nothing follows it until you publish it.")
            return visit.go(f"/scenarios/{key}", told)
        except PeerRefused as refused:
            if refused.status != 422:
                raise
            mistakes = [_told(form, Problem.model_validate(error)) for error in refused.errors]
            form.errors["text"] = visit.say("This text is not a scenario yet.")
    return visit.page("scenarios/import.html", 422, form=form, mistakes=mistakes)


def _told(form: Form, problem: Problem) -> str:
    """`line 4, steps.0.days: Please write a whole number.`"""
    line = form.say("line %(line)s", line=problem.line) if problem.line else ""
    return f"{', '.join(part for part in (line, problem.field) if part)}{form.say(': ')}{words_of(form, problem)}"


async def _new(visit: Visit, form: Form, *, status: int = 200) -> Response:
    scenarios = Scenarios(visit.client("dunning"))
    ready_made, others = await asyncio.gather(scenarios.ready_made(), scenarios.all(limit=OTHERS))
    return visit.page(
        "scenarios/new.html",
        status,
        form=form,
        ready_made=[(each, ABOUT.get(each.key, "")) for each in ready_made],
        others=others.items,
    )

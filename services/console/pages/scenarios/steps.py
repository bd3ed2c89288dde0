"""Editing: each act changes the draft that dunning keeps, and shows it again."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.base import Key
from contracts.rights import Right
from contracts.scenario import Step, StepKind
from services.console.pages.scenarios import editor
from services.console.pages.scenarios.names import name_of
from services.console.pages.scenarios.writing import tell, words_of, written_in
from services.console.peers.scenarios import Scenarios, Wish
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/scenarios/{key}")

Writer = Annotated[Visit, reading(Right.SCENARIOS_WRITE)]


@router.post("/steps")
async def add(key: Key, visit: Writer) -> Response:
    """The step that is proposed for this kind; its form is open then."""
    form = await visit.form()
    wish = Wish(kind=form.choice("kind", StepKind))
    if form.is_valid:
        with form.telling_refusals():
            step = await Scenarios(visit.client("dunning")).add(key, wish, key=form.once)
            return visit.go(link(f"/scenarios/{key}", step=step.key))
    return await editor.show(visit, key, form=form, status=422)


@router.post("/steps/{step}")
async def write(key: Key, step: Key, visit: Writer) -> Response:
    form = await visit.form()
    scenarios = Scenarios(visit.client("dunning"))
    written = await _checked(scenarios, form, written_in(form, step))
    seen = form.value("seen")
    try:
        return await editor.act(
            visit, key, form, lambda: scenarios.write(key, _step(written), seen=seen), opened=step, at=step
        )
    except editor.StepChanged:
        return await editor.changed(visit, key, form, _step(written))


@router.post("/steps/{step}/check")
async def check(key: Key, step: Key, visit: Writer) -> Response:
    """What the form says while it is being written: its mistakes, or the step in words."""
    form = await visit.form()
    written = await _checked(Scenarios(visit.client("dunning")), form, written_in(form, step))
    said = _step(written) if form.is_valid else None
    return visit.page("scenarios/checked.html", form=form, said=said, name_of=lambda text: name_of(visit, text))


@router.post("/steps/{step}/remove")
async def remove(key: Key, step: Key, visit: Writer) -> Response:
    form = await visit.form()
    return await editor.act(visit, key, form, lambda: Scenarios(visit.client("dunning")).remove(key, step))


@router.post("/move")
async def move(key: Key, visit: Writer) -> Response:
    """A step to another day, as its mark was moved on the picture."""
    form = await visit.form()
    scenarios = Scenarios(visit.client("dunning"))
    draft = await scenarios.draft(key)
    moved = next((step for step in draft.content.steps if step.key == form.value("step")), None)
    if moved is None:
        form.not_offered("")
        return await editor.show(visit, key, form=form, status=422)
    written = moved.model_dump(mode="json", exclude_none=True) | {"days": form.value("days")}
    for problem in (await scenarios.check(written)).problems:
        form.errors[""] = words_of(form, problem)
    return await editor.act(visit, key, form, lambda: scenarios.write(key, _step(written)), at=moved.key)


@router.post("/name")
async def rename(key: Key, visit: Writer) -> Response:
    form = await visit.form()
    name = form.text("name", most=200)
    if form.is_valid:
        with form.telling_refusals():
            await Scenarios(visit.client("dunning")).rename(key, name)
            return visit.go(f"/scenarios/{key}")
    return await editor.show(visit, key, naming=form, status=422)


@router.post("/discard")
async def discard(key: Key, visit: Writer) -> Response:
    await Scenarios(visit.client("dunning")).discard(key)
    return visit.go("/scenarios", visit.say("The draft is given up."))


async def _checked(scenarios: Scenarios, form: Form, written: dict[str, object]) -> dict[str, object]:
    """Its mistakes are told at the fields of the form."""
    tell(form, (await scenarios.check(written)).problems)
    return written


def _step(written: dict[str, object]) -> Step:
    return Step.model_validate(written, strict=False)

"""The page of a scenario: its picture, its steps in words, and for who may write the form of the one that is open."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.responses import Response

from chassis.http import PeerChanged
from contracts.parties import CustomerKind
from contracts.rights import Right
from contracts.scenario import Step, StepKind
from services.console.pages.scenarios.names import name_of
from services.console.pages.scenarios.picture import picture_of
from services.console.pages.scenarios.writing import values_of
from services.console.peers.scenarios import Draft, Scenarios
from services.console.peers.templates import About, Template, Templates
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit


class StepChanged(Exception):
    """Somebody else changed the step, or removed it, while its form was filled in."""


async def show(
    visit: Visit,
    scenario: str,
    opened: str = "",
    form: Form | None = None,
    naming: Form | None = None,
    *,
    mine: Step | None = None,
    status: int = 200,
) -> Response:
    """`opened` is the key of the step whose form is shown; `form` and `naming` are those that were refused; `mine` the
    step as it was written while somebody else changed it."""
    scenarios, texts = Scenarios(visit.client("dunning")), Templates(visit.client("notify"))
    draft, policy, templates = await asyncio.gather(
        scenarios.draft(scenario),
        visit.if_may(Right.POLICY_READ, scenarios.policy),
        visit.if_may(Right.TEMPLATES_READ, texts.all),
    )
    may_write = visit.may(Right.SCENARIOS_WRITE)
    stands = next((step for step in draft.content.steps if step.key == opened), None)
    open_step = (stands or mine) if may_write else None
    page = visit.page(
        "scenarios/editor.html",
        status,
        scenario=draft.content,
        draft=draft,
        picture=picture_of(draft.content.steps),
        policy=policy,
        opened=open_step,
        seen=stands.fingerprint if stands else "",
        mine=mine,
        is_gone=mine is not None and stands is None,
        at=visit.query.get("at", ""),
        form=form or form_of(visit, open_step),
        is_refused=form is not None,
        naming=naming or visit.no_form(),
        templates=_choices(draft, templates or []),
        kinds=list(StepKind),
        customer_kinds=list(CustomerKind),
        name_of=lambda template: name_of(visit, template),
        may_write=may_write,
        may_publish=visit.may(Right.SCENARIOS_PUBLISH),
    )
    if status != HTTPStatus.OK:
        page.headers["hx-push-url"] = "false"  # there is no page at the address of an act
    return page


def form_of(visit: Visit, step: Step | None) -> Form:
    return Form(values_of(step, visit.formats), visit.formats, visit.say) if step else visit.no_form()


async def act(
    visit: Visit, scenario: str, form: Form, deed: Callable[[], Awaitable[object]], *, opened: str = "", at: str = ""
) -> Response:
    """Do it and show the page again, with the cursor `at` this step; when refused, the page with what was typed."""
    if form.is_valid:
        with form.telling_refusals():
            try:
                await deed()
            except PeerChanged as changed:
                raise StepChanged from changed
            return visit.go(link(f"/scenarios/{scenario}", at=at))
    return await show(visit, scenario, opened, form, status=422)


async def changed(visit: Visit, scenario: str, form: Form, mine: Step) -> Response:
    """The form as it was typed, beside the step as somebody else saved it meanwhile."""
    return await show(visit, scenario, mine.key, form, mine=mine, status=422)


def _choices(draft: Draft, templates: list[Template]) -> list[str]:
    """The texts about an unpaid invoice, and those that the scenario names already."""
    fitting = [template.key for template in templates if template.about is About.RECEIVABLE]
    named = [step.template for step in draft.content.steps if step.template]
    return list(dict.fromkeys([*fitting, *named]))

"""What the identity provider's claims give: the organisation's rules, the first that fits first."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.people.entry import named, tabs_for
from services.console.peers.identity import Identity, Organisation, OrganisationInput, Rule
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/people/rules")

Writer = Annotated[Visit, reading(Right.ORGANISATION_WRITE)]

PATH = "/people/rules"
BLANKS, MOST = 2, 100


@router.get("")
async def rules(visit: Writer) -> Response:
    own = await Identity(visit.client("identity")).organisation()
    form = visit.no_form()
    form.values = _values(own)
    return await _page(visit, form)


@router.post("")
async def change(visit: Writer) -> Response:
    """A line without a claim is left out."""
    form = await visit.form()
    identity = Identity(visit.client("identity"))
    own = await identity.organisation()
    changed = OrganisationInput(name=own.name, rules=_written(form), creates_users=form.value("creates_users") == "on")
    with form.telling_refusals():
        if form.is_valid:
            await identity.change_organisation(changed)
            return visit.go(PATH, visit.say("Saved. It counts from the next sign-in on."))
    return await _page(visit, form, 422)


def _values(own: Organisation) -> dict[str, str]:
    values = {"creates_users": "on" if own.creates_users else "off"}
    for place, rule in enumerate(own.rules):
        values |= {f"rules.{place}.{name}": value for name, value in rule.model_dump().items()}
    return values


def _written(form: Form) -> list[Rule]:
    filled = [place for place in range(MOST) if form.value(f"rules.{place}.claim").strip()]
    return [
        Rule(
            claim=form.text(f"rules.{place}.claim", most=200),
            value=form.text(f"rules.{place}.value", most=200),
            profile=form.text(f"rules.{place}.profile", most=63),
        )
        for place in filled
    ]


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    identity = Identity(visit.client("identity"))
    provider, profiles = await asyncio.gather(identity.provider(), visit.if_may(Right.PROFILES_READ, identity.profiles))
    filled = [place for place in range(MOST) if form.value(f"rules.{place}.claim")]
    places = range(min(MOST, max(filled, default=-1) + 1 + BLANKS))
    return visit.page(
        "people/rules.html", status, form=form, places=places, names=named(profiles or [], visit), provider=provider,
        tabs=tabs_for(visit),
    )  # fmt: skip

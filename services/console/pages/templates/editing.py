"""The page of the editor."""

import asyncio
from http import HTTPStatus

from starlette.responses import Response

from chassis.http import PeerUnavailable
from contracts.parties import Language
from contracts.rights import Right
from services.console.pages.templates.draft import Draft
from services.console.pages.templates.marking import pieces_of, remarks_on
from services.console.pages.templates.names import GROUPS, name_of
from services.console.peers.billing import Billing
from services.console.peers.templates import About, Part, Sample, Template, Templates, Text, Variable
from services.console.web.differences import Meanwhile, parts_of, since
from services.console.web.visit import Visit
from services.console.web.words import word_of

OFFERED = 20
"""Invoices that the field for their number proposes: those that are late for longest."""


Beside = tuple[list[Variable], list[tuple[str, str]]]


async def beside_the_text(visit: Visit, about: About) -> Beside:
    """The shortcodes there are, and the invoices that may be chosen with their customers."""
    variables, numbers = await asyncio.gather(
        Templates(visit.client("notify")).variables(about), _numbers(visit, about)
    )
    return variables, numbers


async def editor(
    visit: Visit,
    draft: Draft,
    template: Template | None,
    status: int = 200,
    *,
    told: str = "",
    meanwhile: Meanwhile | None = None,
    beside: Beside | None = None,
) -> Response:
    """All of it, or, for a script, what changes with the text: marks, mistakes, the preview."""
    parts = {
        "draft": draft,
        "form": draft.form,
        "marks": {part: pieces_of(draft.sources.of(part), part, draft.mistakes) for part in Part},
        "remarks": remarks_on(draft.sources, draft.mistakes, visit.say),
        "path": f"/templates/{draft.key}/{draft.language}",
        "told": told,
    }
    if visit.is_fragment:
        return visit.page("templates/changed.html", status, **parts)
    variables, numbers = beside or await beside_the_text(visit, draft.about)
    own = template.texts.get(draft.language) if template else None
    return visit.page(
        "templates/editor.html", status, **parts, name=name_of(draft.key, visit), palette=_in_groups(variables, visit),
        numbers=numbers, samples=list(Sample), languages=list(Language), is_new=own is None,
        has_own=own is not None and not own.is_default, own=own, meanwhile=meanwhile,
        is_refused=status >= HTTPStatus.BAD_REQUEST, since=_since(draft, own, is_told=meanwhile is not None),
        may_write=visit.may(Right.TEMPLATES_WRITE), may_preview=visit.may(Right.TEMPLATES_PREVIEW),
        may_test=visit.may(Right.TEMPLATES_TEST),
    )  # fmt: skip


def _since(draft: Draft, own: Text | None, *, is_told: bool) -> str:
    """When the text that the reader began with had been saved; once they are told of another, when that one was."""
    began = draft.form.value("since")
    return began if began and not is_told else since(own.updated_at if own else None)


def saved_meanwhile(visit: Visit, draft: Draft, template: Template | None) -> Meanwhile | None:
    """What somebody else saved while the draft was written."""
    theirs = template.texts.get(draft.language) if template else None
    if theirs is None or theirs.updated_at is None:
        return None
    name = {part: visit.say(word_of(part)) for part in Part}
    parts = parts_of(
        {name[part]: theirs.of(part) for part in Part}, {name[part]: draft.sources.of(part) for part in Part}
    )
    return Meanwhile(theirs.updated_by_name or "", theirs.updated_at, parts)


async def _numbers(visit: Visit, about: About) -> list[tuple[str, str]]:
    """The numbers of invoices that may be chosen, with their customers; none while billing is away."""
    if about is not About.RECEIVABLE or not visit.may(Right.RECEIVABLES_READ):
        return []
    try:
        found = await Billing(visit.client("billing")).receivables(status="open", limit=OFFERED)
    except PeerUnavailable:
        return []
    return [(each.number, each.customer_name) for each in found.items]


def _in_groups(variables: list[Variable], visit: Visit) -> list[tuple[str, list[Variable]]]:
    groups: dict[str, list[Variable]] = {}
    for each in variables:
        groups.setdefault(each.name.rpartition(".")[0], []).append(each)
    return [(visit.say(GROUPS[group]), found) for group, found in groups.items()]

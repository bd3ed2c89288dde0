"""Endpoints: the texts of an organisation, their versions and their variables."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import NUMBER, Cursor, Limit, Page, page_of, position_of
from contracts.base import Instant, Key
from contracts.parties import Language
from contracts.rights import Right
from services.notify.rendering.catalogue import ABOUTS, About
from services.notify.rendering.jobs import Sources
from services.notify.rendering.renderer import Renderer
from services.notify.templates import store, use_cases
from services.notify.templates.schemas import (
    TemplateInput,
    TemplateView,
    VariablesView,
    VersionSummary,
    VersionView,
)
from services.notify.templates.views import template_view, variables_view

router = APIRouter(prefix="/templates", tags=["templates"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.TEMPLATES_READ)]
Admin = Annotated[Caller, require(Right.TEMPLATES_WRITE)]


async def renderer_of(request: Request) -> Renderer:
    renderer: Renderer = request.app.state.renderer
    return renderer


VersionNumber = Annotated[int, InPath(ge=1, le=2**31 - 1)]
Since = Annotated[Instant | None, Query(description="The `updated_at` of the text that was read; any before a default")]
CurrentRenderer = Annotated[Renderer, Depends(renderer_of)]


@router.get("")
async def list_templates(caller: Reader, transaction: Transaction) -> Page[TemplateView]:
    """Every template: the defaults, and what the organisation wrote in their place or besides."""
    templates = await use_cases.list_templates(transaction, caller.organisation)
    return Page(items=[template_view(template) for template in templates], next=None)


@router.get("/variables")
async def list_variables(
    _: Reader, about: Annotated[About | None, Query(description="One context instead of all")] = None
) -> list[VariablesView]:
    """The names that templates may use, by what they are about, with examples in each language."""
    return [variables_view(each) for each in ABOUTS if about in (None, each)]


@router.get("/{key}")
async def get_template(key: Key, caller: Reader, transaction: Transaction) -> TemplateView:
    return template_view(await use_cases.get_template(transaction, caller.organisation, key))


@router.put("/{key}/{language}")
async def put_template(
    key: Key,
    language: Language,
    body: TemplateInput,
    unless_changed_since: Since = None,
    *,
    caller: Admin,
    transaction: Transaction,
    renderer: CurrentRenderer,
    now: CurrentClock,
) -> TemplateView:
    """Write one language of a template. 422 with the part and the line when it cannot be rendered; 409
    `changed_meanwhile` when somebody else saved another text after `unless_changed_since`."""
    template = await use_cases.put_template(
        transaction, renderer, caller, key, language, body, seen=unless_changed_since, now=now()
    )
    return template_view(template)


@router.delete("/{key}/{language}", status_code=204)
async def delete_template(key: Key, language: Language, caller: Admin, transaction: Transaction) -> None:
    """Go back to the default text. 404 when the organisation did not write this one."""
    await use_cases.delete_template(transaction, caller.organisation, key, language)


@router.get("/{key}/{language}/default")
async def get_default(key: Key, language: Language, _: Reader) -> Sources:
    """The text that comes with Relance, whatever the organisation wrote. 404 for a key without one."""
    return use_cases.default_of(key, language)


@router.get("/{key}/{language}/versions")
async def list_versions(
    key: Key, language: Language, caller: Reader, transaction: Transaction, limit: Limit = 50, cursor: Cursor = None
) -> Page[VersionSummary]:
    """Each text that the organisation saved, newest first; the default has none."""
    before = position_of(cursor, NUMBER)
    rows = await store.versions_page(transaction, caller.organisation, key, language, before=before, limit=limit + 1)
    return page_of(rows, limit, VersionSummary.model_validate, position=lambda row: (row.version,))


@router.get("/{key}/{language}/versions/{version}")
async def get_version(
    key: Key, language: Language, version: VersionNumber, caller: Reader, transaction: Transaction
) -> VersionView:
    found = await use_cases.get_version(transaction, caller.organisation, key, language, version)
    return VersionView.model_validate(found)


@router.post("/{key}/{language}/versions/{version}/restore")
async def restore_version(
    key: Key,
    language: Language,
    version: VersionNumber,
    caller: Admin,
    transaction: Transaction,
    renderer: CurrentRenderer,
    now: CurrentClock,
) -> TemplateView:
    """Save an earlier text again, as a version of its own. 422 when it can be rendered no more."""
    template = await use_cases.restore_version(transaction, renderer, caller, key, language, version, now=now())
    return template_view(template)

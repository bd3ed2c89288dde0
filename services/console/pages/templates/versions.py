"""The versions of a text: which there are, what changed between two, and the way back to one."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.base import Key
from contracts.parties import Language
from contracts.rights import Right
from services.console.pages.templates.comparison import compared
from services.console.pages.templates.names import name_of
from services.console.peers.templates import Sources, Templates
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/templates/{key}/{language}")

Reader = Annotated[Visit, reading(Right.TEMPLATES_READ)]
Writer = Annotated[Visit, reading(Right.TEMPLATES_WRITE)]
Number = Annotated[int, InPath(ge=1, le=2**31 - 1)]

NOW, DEFAULT = "now", "default"
SHOWN = 50
LARGEST = 2**31 - 1


@router.get("/versions")
async def versions(key: Key, language: Language, visit: Reader) -> Response:
    return await _list(visit, key, language, visit.no_form())


@router.get("/comparison")
async def comparison(key: Key, language: Language, visit: Reader) -> Response:
    """From one text to another: a number, the text of now, or the default."""
    before, after = visit.query.get("from", DEFAULT), visit.query.get("to", NOW)
    old, new = await asyncio.gather(_text(visit, key, language, before), _text(visit, key, language, after))
    return visit.page(
        "templates/comparison.html", name=name_of(key, visit), written_in=language, path=f"/templates/{key}/{language}",
        titles=(_title(visit, before), _title(visit, after)), parts=compared(old, new),
    )  # fmt: skip


@router.post("/versions/{number}/restore")
async def restore(key: Key, language: Language, number: Number, visit: Writer) -> Response:
    """The text of a version once more, as the newest one."""
    form = await visit.form()
    with form.telling_refusals():
        await Templates(visit.client("notify")).restore(key, language, number, once=form.once)
        return visit.go(f"/templates/{key}/{language}", visit.say("Version %(number)s is in use again.", number=number))
    return await _list(visit, key, language, form, 422)


async def _list(visit: Visit, key: str, language: Language, form: Form, status: int = 200) -> Response:
    templates = Templates(visit.client("notify"))
    page, default, template = await asyncio.gather(
        templates.versions(key, language, limit=SHOWN, cursor=visit.query.get("cursor")),
        templates.default(key, language),
        templates.template(key),
    )
    if template is None:
        raise HTTPException(404)
    text = template.texts.get(language)
    return visit.page(
        "templates/versions.html", status, form=form, name=name_of(key, visit), written_in=language,
        path=f"/templates/{key}/{language}", versions=page.items, following=page.next, has_default=default is not None,
        is_default=text is not None and text.is_default, may_write=visit.may(Right.TEMPLATES_WRITE),
    )  # fmt: skip


async def _text(visit: Visit, key: str, language: Language, which: str) -> Sources:
    found = await _found(Templates(visit.client("notify")), key, language, which)
    if found is None:
        raise HTTPException(404)
    return found


async def _found(templates: Templates, key: str, language: Language, which: str) -> Sources | None:
    if which == DEFAULT:
        return await templates.default(key, language)
    if which != NOW:
        return await templates.version(key, language, _number(which))
    template = await templates.template(key)
    return template.texts.get(language) if template else None


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:12]) <= LARGEST:
        return int(text)
    raise HTTPException(404)


def _title(visit: Visit, which: str) -> str:
    if which == NOW:
        return visit.say("In use now")
    if which == DEFAULT:
        return visit.say("Text of Relance")
    return visit.say("Version %(number)s", number=which)

"""The editor of one language of a template: what is written, what it becomes, and what is wrong with it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from chassis.http import PeerChanged, PeerRefused, PeerUnavailable
from contracts.base import Key
from contracts.parties import Language
from contracts.rights import Right
from services.console.pages.templates.draft import (
    Draft,
    as_test,
    asked_of,
    draft_of,
    for_a_sample,
    rendered,
    seller_of,
    shown,
)
from services.console.pages.templates.editing import beside_the_text, editor, saved_meanwhile
from services.console.peers.templates import About, Part, Saved, Template, Templates, TrialStatus
from services.console.web import frames
from services.console.web.catalogues import mark
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/templates/{key}/{language}")

Reader = Annotated[Visit, reading(Right.TEMPLATES_READ)]
Previewer = Annotated[Visit, reading(Right.TEMPLATES_PREVIEW)]
Writer = Annotated[Visit, reading(Right.TEMPLATES_WRITE)]
Tester = Annotated[Visit, reading(Right.TEMPLATES_TEST)]

TOLD = {
    TrialStatus.SENT: mark("The test is on its way to %(recipient)s."),
    TrialStatus.SENDING: mark("The test is being sent to %(recipient)s."),
    TrialStatus.FAILED: mark("The mail server refused the test to %(recipient)s."),
    TrialStatus.UNCERTAIN: mark("Whether the test reached %(recipient)s is not known."),
}
NOT_SENT = mark("The mail server did not take the test; nothing was sent. Please try again.")


@router.get("")
async def edit(key: Key, language: Language, visit: Reader) -> Response:
    """The text as it is; for a key without one, what the address says it is about."""
    template, seller = await asyncio.gather(
        Templates(visit.client("notify")).template(key),
        visit.if_may(Right.TEMPLATES_PREVIEW, lambda: seller_of(visit)),
    )
    if template is None and visit.query.get("about") not in set(About):
        raise HTTPException(404)
    form = visit.no_form()
    about = template.about if template else About(visit.query["about"])
    text = template.texts.get(language) if template else None
    form.values = {part: text.of(part) if text else "" for part in Part} | {"about": about}
    draft = Draft(key, language, about, form)
    if not text or not visit.may(Right.TEMPLATES_PREVIEW):
        return await editor(visit, draft, template)
    asked = for_a_sample(draft, seller)
    _, beside = await asyncio.gather(rendered(draft, asked, visit), beside_the_text(visit, about))
    return await editor(visit, draft, template, beside=beside)


@router.post("")
async def save(key: Key, language: Language, visit: Writer) -> Response:
    draft = draft_of(await visit.form(), key, language)
    if draft.form.is_valid:
        text = Saved(**draft.sources.model_dump(), about=draft.about)
        try:
            await Templates(visit.client("notify")).save(key, language, text, since=draft.form.value("since"))
            return visit.go(f"/templates/{key}/{language}", visit.say("The text is saved."))
        except PeerChanged:
            stands = await _template(visit, key)
            return await editor(visit, draft, stands, 409, meanwhile=saved_meanwhile(visit, draft, stands))
        except PeerRefused as refused:
            draft.refused(refused)
    return await editor(visit, draft, await _template(visit, key), 422)


@router.post("/preview")
async def preview(key: Key, language: Language, visit: Previewer) -> Response:
    """What the text becomes; for a script a part of the page, which stays as it was while there are mistakes."""
    draft = draft_of(await visit.form(), key, language)
    await shown(draft, visit)
    if visit.is_fragment:
        return await editor(visit, draft, None)
    return await editor(visit, draft, await _template(visit, key), 200 if draft.is_fine else 422)


@router.post("/mail")
async def mail(key: Key, language: Language, visit: Previewer) -> HTMLResponse:
    """The HTML of the e-mail, for a frame that runs nothing."""
    draft = draft_of(await visit.form(), key, language)
    await shown(draft, visit)
    if draft.rendering is None:
        return frames.plain("")
    return frames.framed(draft.rendering.html) if draft.rendering.html else frames.plain(draft.rendering.text)


@router.post("/letter")
async def letter(key: Key, language: Language, visit: Previewer) -> Response:
    """The PDF, in a window of its own."""
    draft = draft_of(await visit.form(), key, language)
    asked = await asked_of(draft, visit)
    if draft.form.is_valid:
        try:
            pdf = await Templates(visit.client("notify")).letter(key, asked)
            headers = {"content-disposition": f'inline; filename="{key}.pdf"'}
            return Response(pdf, media_type="application/pdf", headers=headers)
        except PeerRefused as refused:
            draft.refused(refused)
    return await editor(visit, draft, await _template(visit, key), 422)


@router.post("/test")
async def test(key: Key, language: Language, visit: Tester) -> Response:
    """Sent once, however often the form is; the page that answers has a key for the next one."""
    draft = draft_of(await visit.form(), key, language)
    asked = as_test(await asked_of(draft, visit), as_letter=draft.form.value("as_letter") == "on")
    told, once = "", draft.form.once
    if draft.form.is_valid:
        try:
            trial = await Templates(visit.client("notify")).test(key, asked, once=once)
            told = visit.say(TOLD[trial.status], recipient=trial.recipient)
        except PeerUnavailable:
            draft.form.errors["test"] = visit.say(NOT_SENT)
        except PeerRefused as refused:
            draft.refused(refused)
    status = 200 if told or visit.is_fragment else 422
    template = None if visit.is_fragment else await _template(visit, key)
    return await editor(visit, draft, template, status, told=told)


@router.post("/drop")
async def drop(key: Key, language: Language, visit: Writer) -> Response:
    await Templates(visit.client("notify")).drop(key, language)
    return visit.go("/templates", visit.say("The text of your own is given up; its versions stay."))


async def _template(visit: Visit, key: str) -> Template | None:
    return await Templates(visit.client("notify")).template(key)

"""Signing in by the identity provider: there and back again."""

import json

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerBusy, PeerRefused, PeerUnavailable
from services.console.pages.sign_in import api as by_password
from services.console.peers.identity import Beginning, BroughtBack, Identity
from services.console.web import cookies, kept
from services.console.web.cookies import TEN_MINUTES
from services.console.web.links import local_path
from services.console.web.problems import words_of
from services.console.web.visit import AnyVisit, Visit

router = APIRouter(prefix="/sign-in/provider")

BACK = "/sign-in/provider/back"
Failed = PeerRefused | PeerUnavailable


@router.post("")
async def go_there(visit: AnyVisit) -> Response:
    """A page that leads on: our policy forbids forms to lead to other sites, by whatever way."""
    form = await visit.form()
    following = local_path(form.value("next"))
    carried = json.dumps({"next": following, kept.FIELD: form.value(kept.FIELD)})
    beginning = Beginning(redirect_uri=visit.settings.console_url + BACK, carried=carried, device=visit.device)
    try:
        begun = await Identity(visit.client("identity")).begin(beginning)
    except (PeerRefused, PeerUnavailable) as failed:
        form.errors[""] = _why_not(visit, failed)
        return await by_password.ask(visit, form, following=following, status=503)
    response = visit.page("sign_in/onward.html", url=begun.url)
    visit.cookies.write(response, cookies.PROVIDER, begun.binding, lives=TEN_MINUTES)
    return response


@router.get("/back")
async def come_back(visit: AnyVisit) -> Response:
    """With a code, in the browser where it began; or with a refusal, which is said on the sign-in page."""
    form = visit.no_form()
    brought = _brought_back(visit)
    if brought is None:
        form.errors[""] = visit.say("You were not signed in by the identity provider.")
        return _without_binding(visit, await by_password.ask(visit, form, following="/", status=401))
    try:
        session = await Identity(visit.client("identity")).finish(brought)
    except (PeerRefused, PeerUnavailable) as failed:
        form.errors[""] = _why_not(visit, failed)
        return _without_binding(visit, await by_password.ask(visit, form, following="/", status=401))
    carried: dict[str, str] = json.loads(session.carried)
    following = local_path(carried.get("next"))
    return _without_binding(visit, by_password.begin(visit, session, following, carried.get(kept.FIELD, "")))


def _brought_back(visit: Visit) -> BroughtBack | None:
    binding = visit.cookies.read(visit.request, cookies.PROVIDER)
    state, code = visit.query.get("state"), visit.query.get("code")
    if not (binding and state and code):
        return None
    return BroughtBack(state=state, binding=binding, code=code, iss=visit.query.get("iss"), device=visit.device)


def _without_binding(visit: Visit, response: Response) -> Response:
    visit.cookies.drop(response, cookies.PROVIDER)
    return response


def _why_not(visit: Visit, failed: Failed) -> str:
    if isinstance(failed, PeerBusy):
        return visit.say("Too many attempts. Please wait a moment before you try again.")
    if isinstance(failed, PeerUnavailable):
        return visit.say("The identity provider does not answer. Please try again in a moment.")
    return words_of(failed, visit.say)

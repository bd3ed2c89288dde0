"""Signing in by the identity provider: there and back again."""

import json

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerBusy, PeerRefused, PeerUnavailable
from services.console.pages.sign_in import api as by_password
from services.console.peers.identity import Beginning, Begun, BroughtBack, Identity, SignInBegun
from services.console.web import cookies, kept
from services.console.web.cookies import AN_HOUR
from services.console.web.forms import Form
from services.console.web.links import local_path
from services.console.web.problems import words_of
from services.console.web.visit import AnyVisit, Visit

router = APIRouter(prefix="/sign-in/provider")

BACK = "/sign-in/provider/back"
AT_ONCE = 5
"""Sign-ins that a browser may have begun: each tab comes back with its own."""
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
    _bind(visit, response, begun)
    return response


@router.get("/back")
async def come_back(visit: AnyVisit) -> Response:
    """With a code, in the browser where it began; or with a refusal, which is said on the sign-in page."""
    begun, code = _begun(visit), visit.query.get("code")
    if begun is None or code is None:
        return await _ask_again(visit, begun, visit.say("You were not signed in by the identity provider."))
    brought = BroughtBack(
        state=begun.state, binding=begun.binding, code=code, iss=visit.query.get("iss"), device=visit.device
    )
    try:
        session = await Identity(visit.client("identity")).finish(brought)
    except (PeerRefused, PeerUnavailable) as failed:
        return await _ask_again(visit, begun, _why_not(visit, failed))
    carried: dict[str, str] = json.loads(session.carried)
    following = local_path(carried.get("next"))
    response = by_password.begin(visit, session, following, carried.get(kept.FIELD, ""))
    visit.cookies.drop(response, _kind(begun.state))
    return response


async def _ask_again(visit: Visit, begun: SignInBegun | None, why: str) -> Response:
    """The sign-in page, with what the reader was about to do: a sign-in in vain loses nothing of it."""
    carried: dict[str, str] = json.loads(await _carried(visit, begun)) if begun else {}
    form = Form({kept.FIELD: carried.get(kept.FIELD, "")}, visit.formats, visit.say, {"": why})
    return await by_password.ask(visit, form, following=local_path(carried.get("next")), status=401)


async def _carried(visit: Visit, begun: SignInBegun) -> str:
    """Nothing when identity knows of none; nor while it does not answer, but then the page may be loaded again."""
    try:
        return await Identity(visit.client("identity")).carried(begun)
    except (PeerRefused, PeerUnavailable):
        return "{}"


def _begun(visit: Visit) -> SignInBegun | None:
    """The sign-in that comes back, if it began in this browser."""
    state = visit.query.get("state")
    binding = visit.cookies.read(visit.request, _kind(state)) if state else None
    return SignInBegun(state=state, binding=binding) if state and binding else None


def _bind(visit: Visit, response: Response, begun: Begun) -> None:
    """Its cookie lives as long as what it carries, which is longer than the sign-in may take."""
    for kind in visit.cookies.kinds(visit.request, cookies.PROVIDER)[: 1 - AT_ONCE]:
        visit.cookies.drop(response, kind)
    visit.cookies.write(response, _kind(begun.state), begun.binding, lives=AN_HOUR)


def _kind(state: str) -> str:
    """Its cookie's: the beginning of the state, as far as it serves for a name."""
    return cookies.PROVIDER + state[:16]


def _why_not(visit: Visit, failed: Failed) -> str:
    if isinstance(failed, PeerBusy):
        return visit.say("Too many attempts. Please wait a moment before you try again.")
    if isinstance(failed, PeerUnavailable):
        return visit.say("The identity provider does not answer. Please try again in a moment.")
    return words_of(failed, visit.say)

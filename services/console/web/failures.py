"""Pages for what went wrong, in words, with what to do about it."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.auth import RightMissing
from chassis.http import PeerRefused, PeerUnavailable
from chassis.problems import Forbidden
from chassis.redaction import redacted
from chassis.telemetry import trace_id
from services.console.pages.sign_in import api as sign_in
from services.console.web import csrf, kept, refusals
from services.console.web.catalogues import mark
from services.console.web.links import link
from services.console.web.problems import words_of
from services.console.web.visit import FormIsForeign, SignInNeeded, Visit, visitor_of

log = logging.getLogger(__name__)

SESSION_ENDED = "session-ended"
TITLES = {
    400: mark("This request cannot be read"),
    403: mark("Not for your profile"),
    404: mark("There is nothing here"),
    405: mark("There is nothing here"),
    413: mark("This is too large"),
    422: mark("This cannot be read"),
    503: mark("A service does not answer"),
}
SOMETHING_WRONG = mark("Something went wrong")
ADVICE = {
    403: mark("Whoever administers Relance can change what your profile allows."),
    404: mark("The address is wrong, or what it names is not yours."),
    405: mark("The address is wrong, or what it names is not yours."),
    503: mark("Nothing is lost. Please try again in a moment."),
}
FOREIGN = mark("The form did not come from a page of this session. Please go back, reload the page and send it again.")
LOGGED = mark("It was logged. Trying again is safe.")


def add_failure_pages(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(FormIsForeign, _foreign)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(PeerRefused, _refused)
    app.add_exception_handler(PeerUnavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _no_such_address)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _sign_in(request: Request, _: Exception) -> Response:
    """A page asks for the sign-in and comes back; a form is carried through it; a part of a page says so."""
    visit = visitor_of(request)
    if visit.is_fragment or request.url.path == "/live":
        return Response(status_code=401, headers={"hx-trigger": SESSION_ENDED})
    if request.method in csrf.SAFE:
        return visit.go(link("/sign-in", next=_here(request)))
    form = await visit.form()
    form.values = {kept.FIELD: kept.pack(_here(request), form.values)}
    return await sign_in.ask(visit, form, following="/", status=401)


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def _foreign(request: Request, _: Exception) -> Response:
    return _page(visitor_of(request), 403, FOREIGN)


async def _forbidden(request: Request, error: Exception) -> Response:
    visit = visitor_of(request)
    if isinstance(error, RightMissing):
        await refusals.tell(visit, error.right)
    return _page(visit, 403)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, PeerRefused)  # noqa: S101 (registered for this class alone)
    visit = visitor_of(request)
    if error.status == 401:
        return await _sign_in(request, error)
    return _page(visit, error.status, words_of(error, visit.say) if error.status not in (403, 404) else "")


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("a page waits for a service: %s", redacted(str(error)))
    return _page(visitor_of(request), 503)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class alone)
    return _page(visitor_of(request), error.status_code)


async def _no_such_address(request: Request, _: Exception) -> Response:
    """Pages read no bodies: what cannot be read is a part of the address, such as an id that is none."""
    return _page(visitor_of(request), 404)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("page failed", exc_info=error, extra={"path": redacted(request.url.path)})
    return _page(visitor_of(request), 500, LOGGED)


def _page(visit: Visit, status: int, advice: str = "") -> Response:
    title = visit.say(TITLES.get(status, SOMETHING_WRONG))
    words = visit.say(advice or ADVICE.get(status, LOGGED))
    return visit.page("failure.html", status, title=title, advice=words, trace=trace_id())

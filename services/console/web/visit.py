"""A visit: one request of one reader, with everything that a page needs to answer it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.auth import Caller, RightMissing
from chassis.clock import Now
from chassis.dates import business_day, last_today
from chassis.problems import Forbidden
from contracts.parties import Language
from contracts.rights import Right
from services.console.peers.client import Account, Client
from services.console.peers.identity import Device, Theme
from services.console.settings import Settings
from services.console.web import cookies, csrf, flash, kept, languages
from services.console.web.cookies import A_YEAR, Cookies
from services.console.web.flash import Flash, Kind
from services.console.web.formats import FORMATS, Formats
from services.console.web.forms import Form
from services.console.web.navigation import entries_for, is_current
from services.console.web.rendering import Renderer
from services.console.web.sessions import Access, Sessions

Read = TypeVar("Read")
MAX_FIELDS, MAX_FILES = 5000, 1
"""The draft of a quote has 500 lines of eight fields, and some more."""
MAX_FIELDS_OF_STRANGERS = 1000
WITHOUT_A_SESSION = ("/sign-in", "/password-resets")
"""Forms for those who are not signed in."""


class SignInNeeded(Exception):
    """There is no session, or it has ended."""


class FormIsForeign(Forbidden):
    """The form does not come from a page of this session."""


@dataclass(frozen=True)
class Visit:
    """`access` is None for someone who is not signed in."""

    request: Request
    cookies: Cookies
    language: Language
    theme: Theme
    secret: str
    access: Access | None
    now: datetime
    account: Account = field(default_factory=Account)

    @property
    def caller(self) -> Caller:
        if self.access is None:
            raise SignInNeeded
        return self.access.caller

    @property
    def device(self) -> Device:
        """What the reader signs in with."""
        agent = "".join(each for each in self.request.headers.get("user-agent", "") if each.isprintable())
        return Device(user_agent=agent[:400], address=self.address)

    @property
    def address(self) -> str:
        """Where the browser is, as far as the servers before this one are believed; empty when nobody knows."""
        return self.request.client.host if self.request.client else ""

    @property
    def today(self) -> date:
        return business_day(self.now)

    @property
    def last_today(self) -> date:
        """An organisation far from Paris has another today."""
        return last_today(self.now)

    @property
    def formats(self) -> Formats:
        return FORMATS[self.language]

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.app.state.settings
        return settings

    @property
    def is_fragment(self) -> bool:
        """Whether a script of the page asks for a part of it, and not for a page in its place."""
        return "hx-request" in self.request.headers and not self.is_boosted

    @property
    def is_boosted(self) -> bool:
        """Whether a script of the page sends a form or a link as the browser would, and places the answer itself."""
        return "hx-boosted" in self.request.headers

    @cached_property
    def query(self) -> dict[str, str]:
        """What the address asks; of a name that stands twice, the last."""
        return {name: value.strip() for name, value in self.request.query_params.items() if value.strip()}

    def may(self, right: Right) -> bool:
        return right in self.caller.rights

    @property
    def first_page(self) -> str:
        """Of the menu, as far as the profile goes."""
        entries = entries_for(self.caller)
        if not entries:
            raise Forbidden("This profile may read no page.")
        return entries[0].path

    async def if_may(self, right: Right, ask: Callable[[], Awaitable[Read]]) -> Read | None:
        """What this profile may not read is not asked for."""
        return await ask() if self.may(right) else None

    def client(self, name: str) -> Client:
        """Of the service of this name, in the reader's name."""
        bases: Mapping[str, str] = self.request.app.state.peers
        token = self.access.token if self.access else ""
        return Client(name, self.request.app.state.wire, bases[name], token, self.account)

    def say(self, message: str, **values: object) -> str:
        """The sentence in the reader's language; `make catalogues` collects what stands in the brackets."""
        translated = self._renderer.gettext(self.language, message)
        return translated % values if values else translated

    async def form(self) -> Form:
        """What was posted. The check that it comes from our own page was made before.

        A file that was chosen is a text, in the place of what stands in the field `text`.
        """
        return Form(dict(await posted_to(self.request)), self.formats, self.say)

    def no_form(self) -> Form:
        return Form({}, self.formats, self.say)

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The template, with the frame around it."""
        told = flash.unpack(self.cookies.read(self.request, cookies.FLASH), self.secret)
        html = self._renderer.render(template, self.language, **self._frame(told), **context)
        response = HTMLResponse(html, status)
        if told is not None and not self.is_fragment:
            self.cookies.drop(response, cookies.FLASH)
        if self.access and not self.is_fragment:
            self._remember_reader(response)
        return response

    def _remember_reader(self, response: Response) -> None:
        """Of a session that began before browsers held whose it is, too."""
        reader = kept.reader_of(self.caller.subject, self.secret)
        if self.cookies.read(self.request, cookies.READER) != reader:
            self.cookies.write(response, cookies.READER, reader, lives=A_YEAR)

    def go(self, path: str, told: str = "", kind: Kind = "done") -> RedirectResponse:
        """To another page, which tells what was done."""
        response = RedirectResponse(path, 303)
        if told:
            self.cookies.write(response, cookies.FLASH, flash.pack(Flash(told, kind), self.secret))
        return response

    @property
    def _renderer(self) -> Renderer:
        renderer: Renderer = self.request.app.state.renderer
        return renderer

    def _frame(self, told: Flash | None) -> dict[str, Any]:
        path = self.request.url.path
        entries = entries_for(self.access.caller) if self.access else []
        return {
            "visit": self,
            "csrf_token": csrf.token_of(self.secret) if self.secret else "",
            "flash": told,
            "entries": tuple((entry, is_current(entry, path)) for entry in entries),
            "here": path + (f"?{self.request.url.query}" if self.request.url.query else ""),
            "today": self.today,
        }


async def posted_to(request: Request) -> Mapping[str, str]:
    """What a form sent, read once. 400 for a second file, and for more fields than any form has.

    Whose session has ended since the form was shown sends as much as before.
    """
    if not hasattr(request.state, "posted"):
        visitor = visitor_of(request)
        is_known = visitor.access or visitor.cookies.read(request, cookies.READER)
        max_fields = MAX_FIELDS if is_known else MAX_FIELDS_OF_STRANGERS
        async with request.form(max_files=MAX_FILES, max_fields=max_fields) as posted:
            request.state.posted = await _texts_of(posted)
    known: Mapping[str, str] = request.state.posted
    return known


async def _texts_of(posted: FormData) -> Mapping[str, str]:
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    file = posted.get("file")
    if isinstance(file, UploadFile) and file.size:
        values["text"] = (await file.read()).decode(errors="replace")
    return values


async def visit_of(request: Request) -> Visit:
    """Whoever it is: the sign-in page needs no session. 403 for a form that another site sent."""
    visit = visitor_of(request)
    session = visit.cookies.read(request, cookies.SESSION)
    if session and (access := await _access(visit, session)):
        visit = replace(visit, secret=session, access=access)
    request.state.visit = visit
    if request.method not in csrf.SAFE:
        await _check_form(visit)
    return visit


def visitor_of(request: Request) -> Visit:
    """As far as it is known already; else someone who is not signed in."""
    known: Visit | None = getattr(request.state, "visit", None)
    if known is not None:
        return known
    jar: Cookies = request.app.state.cookies
    now: Now = request.app.state.now
    return Visit(
        request=request,
        cookies=jar,
        language=languages.chosen(jar.read(request, cookies.LANGUAGE), request.headers.get("accept-language", "")),
        theme=_theme(jar.read(request, cookies.THEME)),
        secret=jar.read(request, cookies.VISITOR) or "",
        access=None,
        now=now(),
    )


async def _check_form(visit: Visit) -> None:
    """A form without a session changes nothing and leads to the sign-in; only its origin is looked at."""
    request = visit.request
    if not csrf.is_from_here(request.headers, visit.settings.console_url):
        raise FormIsForeign("This form was sent by another site.")
    if visit.access is None and not request.url.path.startswith(WITHOUT_A_SESSION):
        raise SignInNeeded
    given = request.headers.get(csrf.HEADER) or (await posted_to(request)).get(csrf.FIELD, "")
    if not visit.secret or not csrf.is_token_of(visit.secret, given):
        raise FormIsForeign("This form belongs to another session.")


async def _access(visit: Visit, secret: str) -> Access | None:
    sessions: Sessions = visit.request.app.state.user_sessions
    return await sessions.access(secret, visit.address)


def _theme(cookie: str | None) -> Theme:
    return Theme(cookie) if cookie in set(Theme) else Theme.SYSTEM


AnyVisit = Annotated[Visit, Depends(visit_of)]


async def _signed_in(visit: AnyVisit) -> Visit:
    if visit.access is None:
        raise SignInNeeded
    return visit


SignedInVisit = Annotated[Visit, Depends(_signed_in)]


def reading(right: Right) -> Any:
    """A dependency: the visit of someone signed in who has this right; others get 403, or the sign-in."""

    async def check(visit: AnyVisit) -> Visit:
        if not visit.may(right):
            raise RightMissing(visit.caller, right)
        return visit

    return Depends(check)

"""The console's cookies: none is readable by scripts, none leaves the host."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

SESSION = "session"
VISITOR = "visitor"
"""A random value that ties the forms of someone who is not signed in to their browser."""
PROVIDER = "provider-"
"""What ties a sign-in by the identity provider to the browser where it began; behind it, which one that is."""
READER = "reader"
"""Whose the last session of this browser was: it outlives the session, so that a form of it finds its reader."""
FLASH = "flash"
LANGUAGE = "language"
THEME = "theme"
A_YEAR = timedelta(days=365)
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Cookies:
    """Over https their names begin with `__Host-`: the browser then refuses them from any other host or path."""

    is_secure: bool

    def name(self, kind: str) -> str:
        return f"__Host-relance-{kind}" if self.is_secure else f"relance-{kind}"

    def read(self, request: Request, kind: str) -> str | None:
        return request.cookies.get(self.name(kind)) or None

    def kinds(self, request: Request, beginning: str) -> list[str]:
        """Of the cookies whose kind begins so; browsers send the oldest first."""
        whole = self.name(beginning)
        return [beginning + name.removeprefix(whole) for name in request.cookies if name.startswith(whole)]

    def write(self, response: Response, kind: str, value: str, *, lives: timedelta | None = None) -> None:
        """For `lives`, or until the browser is closed."""
        seconds = int(lives.total_seconds()) if lives else None
        response.set_cookie(
            self.name(kind), value, max_age=seconds, path="/", secure=self.is_secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, kind: str) -> None:
        response.delete_cookie(self.name(kind), path="/", secure=self.is_secure, httponly=True, samesite="lax")

"""Calls to the services' APIs, with every refusal as a sentence."""

from dataclasses import dataclass
from typing import Any

import httpx2

from chassis.auth import Role
from cli.failure import NO, REFUSED, UNREACHABLE, USAGE, Failure
from cli.settings import Settings
from cli.tokens import bearer_of

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Api:
    """One service, for one organisation. `name` is how errors call it."""

    name: str
    base: str
    token: str

    @classmethod
    def billing(cls, settings: Settings, organisation: str, role: Role = Role.VIEWER) -> "Api":
        return cls("billing", settings.billing_url, bearer_of(settings, organisation, role))

    @classmethod
    def dunning(cls, settings: Settings, organisation: str, role: Role = Role.VIEWER) -> "Api":
        return cls("dunning", settings.dunning_url, bearer_of(settings, organisation, role))

    @classmethod
    def notify(cls, settings: Settings, organisation: str, role: Role = Role.VIEWER) -> "Api":
        return cls("notify", settings.notify_url, bearer_of(settings, organisation, role))

    @classmethod
    def quotes(cls, settings: Settings, organisation: str, role: Role = Role.VIEWER) -> "Api":
        return cls("quotes", settings.quotes_url, bearer_of(settings, organisation, role))

    @classmethod
    def identity(cls, settings: Settings, organisation: str, role: Role = Role.VIEWER) -> "Api":
        return cls("identity", settings.identity_url, bearer_of(settings, organisation, role))

    def get(self, path: str, **query: str | list[str]) -> Any:
        return self.json("GET", path, params=query)

    def find(self, path: str) -> Any | None:
        """None when it is not there."""
        response = self._send("GET", path)
        return None if response.status_code == 404 else self._json(self._checked(response))

    def find_bytes(self, path: str) -> bytes | None:
        """A document; None when it is not there."""
        response = self._send("GET", path)
        return None if response.status_code == 404 else self._checked(response).content

    def json(self, method: str, path: str, **options: Any) -> Any:
        return self._json(self.send(method, path, **options))

    def send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        return self._checked(self._send(method, path, **options))

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        try:
            with httpx2.Client(timeout=TIMEOUT_S) as client:
                return client.request(method, self.base.rstrip("/") + path, headers=headers, **options)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise Failure(
                f"{self.name} does not answer at {self.base} ({error or type(error).__name__}). Is the stack up? "
                f"`make status` says; RELANCE_{self.name.upper()}_URL says where it is.",
                UNREACHABLE,
            ) from None

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        if response.status_code < 400:
            return response
        status, detail = response.status_code, _detail(response)
        if status in (401, 403):
            raise Failure(f"{self.name} refused: {detail}", REFUSED)
        if status >= 500 or status == 429:
            raise Failure(f"{self.name} could not answer ({status}): {detail}", UNREACHABLE)
        raise Failure(detail, USAGE if status == 422 else NO)

    def _json(self, response: httpx2.Response) -> Any:
        try:
            return response.json()
        except ValueError:
            raise Failure(f"{self.base} is not Relance's {self.name}: its answer is not JSON", UNREACHABLE) from None


def _detail(response: httpx2.Response) -> str:
    """The words of a problem document, one line for each field that is wrong."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "detail" not in problem:
        return f"HTTP {response.status_code} {response.reason_phrase}"
    errors = problem.get("errors")
    if not isinstance(errors, list) or not errors:
        return str(problem["detail"])
    return "\n  ".join(["not valid:", *(_error(each) for each in errors)])


def _error(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    line = f"line {error['line']}, " if error.get("line") else ""
    return f"{line}{error.get('field')}: {error.get('expected')} (got {error.get('value')!r})"

"""Calls to the services' APIs, with every refusal as a sentence."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.auth import Role
from chassis.clients import authorities
from cli.bearer import Bearer, bearer_of
from cli.failure import NO, REFUSED, UNREACHABLE, USAGE, Failure
from cli.settings import Settings

TIMEOUT_S = 30.0
BETWEEN_TRIES_S = 1.0


@dataclass
class Api:
    """One service, for one organisation. `name` is how errors call it.

    What is read or put is asked for again, for `patience_s`, of a service that has answered before: work that takes
    minutes is not lost with one answer.
    """

    name: str
    base: str
    client: httpx2.Client
    bearer: Bearer
    patience_s: float = 0.0
    _has_answered: bool = field(default=False, init=False)

    def get(self, path: str, **query: str | list[str]) -> Any:
        return self._patiently(lambda: self.json("GET", path, params=query))

    def put(self, path: str, body: Any) -> None:
        self._patiently(lambda: self.send("PUT", path, json=body))

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

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        until = time.monotonic() + self.patience_s
        while True:
            try:
                return ask()
            except Failure as failure:
                if failure.code != UNREACHABLE or not self._has_answered or time.monotonic() > until:
                    raise
            time.sleep(BETWEEN_TRIES_S)

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """With another token where this one is not taken: its time was over, or the keys were changed."""
        response = self._request(method, path, **options)
        if response.status_code == 401 and self.bearer.renew():
            response = self._request(method, path, **options)
        self._has_answered = self._has_answered or response.status_code < 500
        return response

    def _request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = self.bearer.header | options.pop("headers", {})
        try:
            return self.client.request(method, self.base.rstrip("/") + path, headers=headers, **options)
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


@dataclass(frozen=True)
class Apis:
    """The services, for one organisation."""

    billing: Api
    quotes: Api
    dunning: Api
    notify: Api
    identity: Api


@contextmanager
def reached(
    settings: Settings, organisation: str, role: Role = Role.VIEWER, *, patience_s: float = 0.0
) -> Iterator[Apis]:
    """Over one client, which keeps its connections until the end: a new one would take 40 ms for each request."""
    bearer = bearer_of(settings, organisation, role)
    with httpx2.Client(timeout=TIMEOUT_S, verify=authorities()) as client:

        def api(name: str, base: str) -> Api:
            return Api(name, base, client, bearer, patience_s)

        yield Apis(
            api("billing", settings.billing_url),
            api("quotes", settings.quotes_url),
            api("dunning", settings.dunning_url),
            api("notify", settings.notify_url),
            api("identity", settings.identity_url),
        )


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

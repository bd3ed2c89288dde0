"""Errors as RFC 9457 problem documents, from one handler each."""

import json
import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chassis.redaction import redacted
from chassis.trace_header import TRACE

log = logging.getLogger(__name__)

BOUNDS = ("gt", "ge", "lt", "le", "min_length", "max_length")
PLACES = ("body", "query", "path", "header")
"""Where in a request a field may stand; a field of the body may have such a name too."""


class DomainError(Exception):
    """A fact that forbids what was asked. Subclasses are named as facts; the message is for people."""

    status: ClassVar[int] = 409

    @property
    def code(self) -> str:
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__).lstrip("_")

    @property
    def facts(self) -> dict[str, Any]:
        """Further members of the problem document."""
        return {}

    @property
    def headers(self) -> dict[str, str]:
        """Further headers of the answer."""
        return {}


class NotFound(DomainError):
    """Not there, or not yours: the same answer."""

    status = 404

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"There is no {kind} {key}.")


class Forbidden(DomainError):
    status = 403


class ChangedMeanwhile(DomainError):
    """Somebody else saved it after it was read; what they saved stands. `at` is business time."""

    def __init__(self, what: str, *, by: str, at: datetime) -> None:
        super().__init__(f"{by} changed {what} on {at:%Y-%m-%d at %H:%M} UTC, after you read it.")
        self.by, self.at = by, at

    @property
    def facts(self) -> dict[str, Any]:
        return {"changed_by": self.by, "changed_at": self.at.isoformat()}


class InvalidField(DomainError):
    """Well-formed, but not acceptable: names the field, the value and what is expected."""

    status = 422

    def __init__(self, field: str, value: object, expected: str) -> None:
        super().__init__(f"{field}: {value!r} is not valid; expected {expected}")
        self.errors = [{"field": field, "value": str(value)[:200], "expected": expected}]

    @property
    def facts(self) -> dict[str, Any]:
        return {"errors": self.errors}


class ProblemDocument(JSONResponse):
    """What it tells of may hold half of a character, which no answer can carry."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="replace")


def problem(status: int, code: str, detail: str, **facts: Any) -> JSONResponse:
    body = {"type": f"urn:relance:problem:{code}", "title": HTTPStatus(status).phrase, "status": status}
    return ProblemDocument(body | {"detail": detail} | facts, status)


def add_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


async def _domain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 (registered for this class alone)
    return answer_of(error)


def answer_of(error: DomainError) -> JSONResponse:
    response = problem(error.status, error.code, str(error), **error.facts)
    response.headers.update(error.headers)
    return response


async def _malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class alone)
    errors = [field_error(item) for item in error.errors()]
    return problem(422, "malformed", "; ".join(f"{e['field']}: {e['expected']}" for e in errors), errors=errors)


def field_error(item: Any) -> dict[str, str]:
    """One pydantic error as field, value, what is expected, and its kind, by which programs find words of their own."""
    if item["type"] == "json_invalid" and item["loc"][:1] == ("body",):
        expected = f"JSON; {item['ctx']['error']} at character {item['loc'][-1]}"
        return {"field": "body", "value": "", "expected": expected}
    whence, *within = item["loc"] or ("",)
    location = [str(part) for part in (within if whence in PLACES else item["loc"])]
    value = item.get("input")
    shown = value if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return {
        "field": readable(".".join(location)) or "body",
        "value": readable(str(shown)[:200]),
        "expected": readable(str(item["msg"]).removeprefix("Value error, ")),
        "kind": str(item["type"]),
        **_limit_of(item),
    }


def _limit_of(item: Any) -> dict[str, str]:
    """The bound that the value is beyond, for programs that say it in other words."""
    bounds = [value for name, value in item.get("ctx", {}).items() if name in BOUNDS]
    return {"limit": str(bounds[0])} if bounds else {}


def readable(text: str) -> str:
    """What came may hold half of a character, which JSON and YAML can escape and no answer can carry."""
    return text.encode(errors="replace").decode()


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class alone)
    if isinstance(error.__cause__, UnicodeDecodeError):  # FastAPI says no more than that it failed
        return answer_of(InvalidField("body", f"byte {error.__cause__.start}", "JSON in UTF-8"))
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    response = problem(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> Response:
    trace_id = request.scope.get(TRACE)
    log.error("request failed", exc_info=error, extra={"path": redacted(request.url.path), "trace_id": trace_id})
    response = problem(500, "unexpected", "Something went wrong here; it was logged. Trying again is safe.")
    if trace_id:
        response.headers["trace-id"] = trace_id
    return response

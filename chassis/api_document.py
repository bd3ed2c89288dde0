"""The OpenAPI document of a service: which right each operation needs, and how errors are answered."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import requirement_of
from chassis.problems import ProblemDocument

FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of errors by itself; the handlers of `problems` answer otherwise."""


class FieldProblem(BaseModel):
    """One field that was not accepted."""

    field: str = Field(examples=["lines.0.quantity"])
    value: str = Field(description="What came, cut to 200 characters")
    expected: str
    kind: str | None = Field(default=None, description="The rule that it breaks, for programs")
    limit: str | None = Field(default=None, description="The bound that it is beyond")


class Problem(BaseModel):
    """RFC 9457. Further members are facts of the problem."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:relance:problem:not_found"])
    title: str
    status: int
    detail: str = Field(description="For people")
    errors: list[FieldProblem] = Field(default=[], description="Each field that was not accepted")


def complete(document: dict[str, Any], routes: Sequence[APIRoute]) -> None:
    """Add to FastAPI's document what it does not know."""
    for route in routes:
        if requirement := requirement_of(route.dependant):
            for operation in _operations(document, route):
                operation["x-right"] = requirement.right
    for path in document["paths"].values():
        for operation in path.values():
            _tell_of_errors(operation)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in FASTAPI_ERRORS:
        schemas.pop(name, None)
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= own.pop("$defs") | {"Problem": own}


def _operations(document: dict[str, Any], route: APIRoute) -> Iterator[dict[str, Any]]:
    for method in route.methods or ():
        yield document["paths"][route.path_format][method.lower()]


def _tell_of_errors(operation: dict[str, Any]) -> None:
    """Every error is a problem document; 422 is told apart, since it names the fields."""
    content = {ProblemDocument.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers = operation["responses"]
    if "422" in answers:
        answers["422"] = {"description": "Fields that were not accepted", "content": content}
    answers.setdefault("default", {"description": "A problem", "content": content})

"""What a service's OpenAPI document says of each operation: where a caller may name something."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
NEVER_NAMES = ("date", "date-time", "duration", "email", "binary", "byte")
"""Formats of text that is no id."""


@dataclass(frozen=True)
class Operation:
    """`path` still has its braces. The names are those under which text, a number in a path or an id may be given.

    `needed`: those of the query that may not be left out.
    """

    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]
    needed: tuple[str, ...]

    @property
    def named(self) -> tuple[str, str]:
        return self.method, self.path

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations_of(document: dict[str, Any]) -> list[Operation]:
    schemas = document["components"]["schemas"]
    return [
        _operation(method, path, operation, schemas)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    given = operation.get("parameters", [])
    content = operation.get("requestBody", {}).get("content", {})
    in_body = (name for media in content.values() for name in _texts(media["schema"], schemas, ()))
    return Operation(
        method,
        path,
        tuple(each["name"] for each in given if each["in"] == "path"),
        tuple(each["name"] for each in given if each["in"] == "query" and _is_text(each["schema"], schemas)),
        tuple(dict.fromkeys(in_body)),
        tuple(each["name"] for each in given if each["in"] == "query" and each.get("required")),
    )


def _texts(schema: dict[str, Any], schemas: dict[str, Any], seen: tuple[str, ...]) -> Iterator[str]:
    """The names of all properties that hold text, however deep they stand."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        if name not in seen:
            yield from _texts(schemas[name], schemas, (*seen, name))
        return
    for several in ("anyOf", "allOf", "oneOf"):
        for each in schema.get(several, ()):
            yield from _texts(each, schemas, seen)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from _texts(schema[inner], schemas, seen)
    for name, value in schema.get("properties", {}).items():
        if _is_text(value, schemas):
            yield name
        yield from _texts(value, schemas, seen)


def _is_text(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return _is_text(schemas[name], schemas)
    if any(_is_text(each, schemas) for several in ("anyOf", "allOf", "oneOf") for each in schema.get(several, ())):
        return True
    if schema.get("type") == "array":
        return _is_text(schema.get("items", {}), schemas)
    is_open = not {"enum", "const"} & set(schema) and schema.get("format") not in NEVER_NAMES
    return schema.get("type") == "string" and is_open

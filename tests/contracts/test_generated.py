"""The committed schemas are those of the contracts, and every example fits its schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from contracts import generate
from contracts.events import EVENTS, Event
from contracts.json_schema import schema_of

EVERY_EVENT = pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))


def committed(event: type[Event]) -> Any:
    return json.loads((generate.ROOM / generate.SCHEMAS / f"{event.type}.json").read_text(encoding="utf-8"))


def errors(event: type[Event], body: object) -> list[str]:
    validator = Draft202012Validator(committed(event), format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(body)]


def test_the_committed_documents_are_those_of_the_contracts() -> None:
    drifted = [
        str(path)
        for path, text in generate.documents().items()
        if not (generate.ROOM / path).exists() or (generate.ROOM / path).read_text(encoding="utf-8") != text
    ]

    assert not drifted, "run `make schemas` and commit what it wrote"


def test_no_schema_is_left_of_an_event_that_is_no_more() -> None:
    files = {path.stem for path in (generate.ROOM / generate.SCHEMAS).glob("*.json")}

    assert files == set(EVENTS)


def test_generating_twice_changes_nothing_and_drops_what_is_stale(tmp_path: Path) -> None:
    written = generate.write(tmp_path)
    (tmp_path / generate.SCHEMAS / "old.thing.done.v1.json").write_text("{}")

    assert set(written) == set(generate.documents())
    assert generate.write(tmp_path) == [generate.SCHEMAS / "old.thing.done.v1.json"]
    assert generate.write(tmp_path) == []


@EVERY_EVENT
def test_a_schema_is_valid_and_says_what_it_is_of(event: type[Event]) -> None:
    schema = committed(event)

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:relance:schema:{event.type}"
    assert schema["examples"] == [event.example]


@EVERY_EVENT
def test_an_example_fits_its_schema_as_written_and_as_relance_writes_it(event: type[Event]) -> None:
    written = json.loads(event.model_validate(event.example).model_dump_json())

    assert errors(event, event.example) == []
    assert errors(event, written) == []
    assert event.model_validate(written) == event.model_validate(event.example)


@EVERY_EVENT
def test_only_the_schemas_of_what_others_publish_refuse_unknown_fields(event: type[Event]) -> None:
    is_foreign = event.type.startswith("payments.")

    assert bool(errors(event, event.example | {"a_new_field": 1})) is is_foreign


@EVERY_EVENT
def test_a_schema_uses_no_keyword_that_a_validator_would_not_know(event: type[Event]) -> None:
    known = set(Draft202012Validator.VALIDATORS) | {
        *("$schema", "$id", "$defs", "title", "description", "default", "examples"),
    }

    assert keywords(schema_of(event)) <= known


def keywords(schema: object) -> set[str]:
    """The keywords of a schema and of those within it."""
    if not isinstance(schema, dict):
        return set()
    named = [sub for name in ("properties", "$defs") for sub in schema.get(name, {}).values()]
    listed = [*schema.get("anyOf", []), schema.get("items"), schema.get("not")]
    return set(schema).union(*map(keywords, named + listed))

"""The JSON Schema of an event's body, for programs that publish or read it."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.events import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """A self-contained schema of draft 2020-12 with the event's example.

    Bodies that others publish refuse unknown fields; those that Relance publishes may gain fields.
    """
    generated = event.model_json_schema(schema_generator=_WithoutFieldTitles)
    title = generated.pop("title")
    description = generated.pop("description", None)
    definitions = generated.pop("$defs", None)
    return (
        {"$schema": DIALECT, "$id": f"urn:relance:schema:{event.type}", "title": title}
        | ({"description": description} if description else {})
        | generated
        | ({"$defs": definitions} if definitions else {})
        | {"examples": [event.example]}
    )


class _WithoutFieldTitles(GenerateJsonSchema):
    """A field's name says what its generated title would."""

    def field_title_should_be_set(self, _: Any) -> bool:
        return False

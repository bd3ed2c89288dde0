"""The AsyncAPI document: the rules of AsyncAPI 3.0 that can be checked here, and its agreement with the topology."""

import json
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from contracts import generate
from contracts.events import EVENTS
from contracts.topology import CONSUMERS, STREAMS

DOCUMENT: dict[str, Any] = yaml.safe_load((generate.ROOM / "asyncapi.yaml").read_text(encoding="utf-8"))
EVERY_EVENT = pytest.mark.parametrize("name", sorted(EVENTS))
EVERY_OPERATION = pytest.mark.parametrize(
    "operation", DOCUMENT["operations"].values(), ids=list(DOCUMENT["operations"])
)


def at(reference: dict[str, str]) -> Any:
    """What a reference within the document points to."""
    place: Any = DOCUMENT
    for part in reference["$ref"].removeprefix("#/").split("/"):
        place = place[part.replace("~1", "/").replace("~0", "~")]
    return place


def with_components(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"components": DOCUMENT["components"]}


def test_it_has_the_parts_that_asyncapi_requires() -> None:
    assert re.fullmatch(r"3\.0\.\d+", DOCUMENT["asyncapi"])
    assert {"title", "version"} <= set(DOCUMENT["info"])
    assert all({"host", "protocol"} <= set(server) for server in DOCUMENT["servers"].values())
    assert set(DOCUMENT) <= {"asyncapi", "id", "info", "servers", "defaultContentType"} | {
        *("channels", "operations", "components")
    }


def test_the_names_of_components_are_in_the_allowed_characters() -> None:
    names = [name for kind in DOCUMENT["components"].values() for name in kind]

    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in names)


def test_every_event_has_its_channel_and_every_channel_its_event() -> None:
    assert set(DOCUMENT["channels"]) == set(EVENTS)


@EVERY_EVENT
def test_a_channel_is_the_subject_in_its_stream(name: str) -> None:
    channel = DOCUMENT["channels"][name]
    (stream,) = [stream for stream in STREAMS if stream.name == channel["x-stream"]]

    assert channel["address"] == name
    assert any(name.startswith(subject.removesuffix(">")) for subject in stream.subjects)
    assert [at(message)["name"] for message in channel["messages"].values()] == [name]


@EVERY_OPERATION
def test_an_operation_uses_messages_of_its_own_channel(operation: dict[str, Any]) -> None:
    channel = operation["channel"]

    assert operation["action"] in ("send", "receive")
    assert at(channel) in DOCUMENT["channels"].values()
    for message in operation["messages"]:
        assert message["$ref"].startswith(f"{channel['$ref']}/messages/")
        assert at(at(message))["contentType"] == "application/json"


def test_every_consumer_receives_its_types_and_everything_but_payments_is_sent() -> None:
    received = {name for name, operation in DOCUMENT["operations"].items() if operation["action"] == "receive"}
    sent = {name.removeprefix("send.") for name in DOCUMENT["operations"]} - received

    assert received == {f"receive.{each.durable}.{event.type}" for each in CONSUMERS for event in each.types}
    assert sent == {name for name in EVENTS if not name.startswith("payments.")}


@EVERY_EVENT
def test_the_headers_are_those_of_cloudevents_and_the_example_has_them(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    headers = with_components(message["headers"])
    (example,) = message["examples"]

    Draft7Validator.check_schema(headers)
    assert not list(Draft7Validator(headers, format_checker=FormatChecker()).iter_errors(example["headers"]))
    assert {"ce-specversion", "ce-id", "ce-source", "ce-type"} <= set(headers["required"])
    assert headers["properties"]["ce-type"] == {"const": name, "description": "The same as the subject."}
    assert example["headers"]["Nats-Msg-Id"] == example["headers"]["ce-id"]


@EVERY_EVENT
def test_the_payload_is_the_committed_schema_and_the_example_fits_it(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    schema = json.loads((generate.ROOM / message["payload"]["$ref"]).read_text(encoding="utf-8"))

    assert schema["$id"] == f"urn:relance:schema:{name}"
    assert not list(Draft202012Validator(schema).iter_errors(message["examples"][0]["payload"]))

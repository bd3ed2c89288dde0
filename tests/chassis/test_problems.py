"""Every error is a problem document that names the field, the value and what is expected."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.tokens import Keys


async def refusal(shop: httpx2.AsyncClient, keys: Keys, body: bytes, path: str = "/orders") -> dict[str, Any]:
    answer = await shop.post(path, content=body, headers=keys.bearer() | {"content-type": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    return problem


@pytest.mark.parametrize(
    ("body", "field", "value", "expected"),
    [
        (b'{"a": x}', "body", "", "JSON; Expecting value at character 6"),
        (b"", "body", "None", "Field required"),
        (b"[]", "body", "list", "Input should be a valid dictionary or object to extract fields from"),
        (b'{"what": "a", "pieces": "ten"}', "pieces", "ten", "valid integer"),
        (b'{"what": "a", "pieces": 0}', "pieces", "0", "greater than or equal to 1"),
        (b'{"what": "a", "peices": 2}', "peices", "2", "Extra inputs are not permitted"),
        (b'{"pieces": 2}', "what", "dict", "Field required"),
        (b'{"what": "a", "pieces": "\\ud800"}', "pieces", "?", "valid string"),
    ],
)
async def test_what_is_malformed_is_named(
    shop: httpx2.AsyncClient, keys: Keys, body: bytes, field: str, value: str, expected: str
) -> None:
    problem = await refusal(shop, keys, body)

    (error,) = problem["errors"]
    assert (problem["status"], problem["type"]) == (422, "urn:relance:problem:malformed")
    assert (error["field"], error["value"]) == (field, value)
    assert expected in error["expected"]
    assert problem["detail"] == f"{field}: {error['expected']}"


async def test_bytes_that_are_no_text_are_named(shop: httpx2.AsyncClient, keys: Keys) -> None:
    problem = await refusal(shop, keys, b'{"what": "\xff"}')

    assert problem["status"] == 422
    assert problem["errors"] == [{"field": "body", "value": "byte 10", "expected": "JSON in UTF-8"}]


async def test_json_of_random_bytes_or_endless_depth_is_refused(shop: httpx2.AsyncClient, keys: Keys) -> None:
    for body in (b"\xff\x00\x17", b"[" * 9_000):
        problem = await refusal(shop, keys, body)
        assert problem["status"] in (400, 422), problem


async def test_a_body_that_is_too_large_is_refused_with_what_is_expected(shop: httpx2.AsyncClient, keys: Keys) -> None:
    problem = await refusal(shop, keys, b"x" * 10_001)

    assert (problem["status"], problem["type"]) == (413, "urn:relance:problem:request_entity_too_large")
    assert problem["detail"] == "body: too large; expected at most 10000 bytes"


async def test_a_body_that_hides_its_length_is_not_read_to_its_end(shop: httpx2.AsyncClient, keys: Keys) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 5_000

    answer = await shop.post("/orders", content=endless(), headers=keys.bearer())

    assert answer.status_code == 413
    assert answer.json()["detail"] == "body: too large; expected at most 10000 bytes"
    assert sent < 10


async def test_a_fact_that_forbids_what_was_asked_is_named(shop: httpx2.AsyncClient, keys: Keys) -> None:
    problem = await refusal(shop, keys, b'{"what": "nothing"}')

    assert problem == {
        "type": "urn:relance:problem:sold_out",
        "title": "Conflict",
        "status": 409,
        "detail": "There is nothing left.",
    }


async def test_what_is_not_there_and_what_no_path_leads_to_are_problems_too(
    shop: httpx2.AsyncClient, keys: Keys
) -> None:
    order = uuid4()
    absent = await shop.get(f"/orders/{order}", headers=keys.bearer())
    nowhere = await shop.get("/nowhere")
    not_so = await shop.put("/orders", headers=keys.bearer())

    assert [answer.status_code for answer in (absent, nowhere, not_so)] == [404, 404, 405]
    assert absent.json()["detail"] == f"There is no order {order}."
    assert [answer.json()["type"].rsplit(":")[-1] for answer in (absent, nowhere, not_so)] == [
        "not_found",
        "not_found",
        "method_not_allowed",
    ]


async def test_what_goes_wrong_inside_stays_inside(shop: httpx2.AsyncClient) -> None:
    answer = await shop.get("/orders/broken/1")

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:relance:problem:unexpected"
    assert "secret" not in answer.text

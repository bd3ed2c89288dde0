"""What the OpenAPI document says of errors is what is answered."""

import json

import httpx2
from jsonschema import Draft202012Validator

from tests.support.tokens import Keys


async def test_problems_are_as_documented(shop: httpx2.AsyncClient, keys: Keys) -> None:
    document = (await shop.get("/openapi.json")).json()
    schema = document["components"] | {"$ref": "#/schemas/Problem"}
    schema = json.loads(json.dumps(schema).replace("#/components/schemas/", "#/schemas/"))
    as_documented = Draft202012Validator(schema)

    for content in (b'{"pieces": 0}', b'{"what": "nothing"}', b"{", b"\xff", b'{"what": "a", "pieces": "x"}'):
        problem = (await shop.post("/orders", content=content, headers=keys.bearer())).json()
        assert not list(as_documented.iter_errors(problem)), problem
    assert list(as_documented.iter_errors({"status": 400}))

"""Tokens whose header tries to choose the key, or the way, that they are checked with."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import FastAPI
from jwt.algorithms import OKPAlgorithm

from tests.chassis.test_auth import CLAIMS, answer
from tests.support.serving import served
from tests.support.tokens import Keys, new_keys

ODD_NAMES = (
    *("../../../../../../dev/null", "/dev/null", "' or '1'='1", "tests' --", "tests\x00", "", "TESTS", "tests "),
    *("x" * 10_000, "https://evil.example/jwks.json", "${jndi:ldap://evil.example}", "__proto__"),
)


def forged(stranger: Keys, header: dict[str, Any], *, algorithm: str = "EdDSA", key: str = "") -> str:
    claims = CLAIMS | {"exp": time.time() + 60}
    return jwt.encode(claims, key or stranger.private.read_text(), algorithm=algorithm, headers=header)


def with_header(token: str, **changes: Any) -> str:
    """The same token, whose header says something else than what was signed."""
    head, _, rest = token.partition(".")
    told = json.loads(base64.urlsafe_b64decode(head + "==")) | changes
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=") + "." + rest


@pytest.fixture
def stranger(tmp_path: Path) -> Keys:
    return new_keys(tmp_path)


@pytest.mark.parametrize("name", ODD_NAMES, ids=lambda name: name[:20])
async def test_the_name_of_a_key_is_looked_up_and_nothing_else(
    shop: httpx2.AsyncClient, stranger: Keys, name: str
) -> None:
    for token in (forged(stranger, {"kid": name}), forged(stranger, {"kid": name}, algorithm="HS256", key="\0" * 64)):
        assert (await answer(shop, token)).startswith("401 token: ")


@pytest.mark.parametrize("name", [None, 1, True, ["tests"], {"kid": "tests"}])
async def test_a_name_that_is_no_text_is_refused(shop: httpx2.AsyncClient, stranger: Keys, name: object) -> None:
    token = with_header(forged(stranger, {"kid": "tests"}), kid=name)
    assert (await answer(shop, token)).startswith("401 token: ")


async def test_a_key_that_the_token_brings_along_is_neither_used_nor_fetched(
    shop: httpx2.AsyncClient, stranger: Keys
) -> None:
    asked: list[str] = []
    elsewhere = FastAPI(telemetry={"auto_configure": False})

    @elsewhere.get("/{path:path}")
    async def keys(path: str) -> Any:
        asked.append(path)
        return json.loads(stranger.jwks.read_text())

    private: Any = load_pem_private_key(stranger.private.read_bytes(), password=None)
    public = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    async with served(elsewhere) as address:
        for header in (
            {"kid": "tests", "jwk": public},
            {"kid": "mine", "jwk": public | {"kid": "mine"}},
            {"kid": "mine", "jku": f"{address}/jwks.json"},
            {"kid": "mine", "x5u": f"{address}/chain.pem"},
            {"kid": f"{address}/jwks.json"},
            {"kid": "tests", "x5c": ["MIIB"]},
        ):
            assert (await answer(shop, forged(stranger, header))).startswith("401 token: "), header
    assert asked == []


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS256", "ES256", "", None, ["EdDSA"]])
async def test_another_way_than_that_of_the_key_is_refused(
    shop: httpx2.AsyncClient, keys: Keys, algorithm: object
) -> None:
    """Of a token that is good as it was signed."""
    good = keys.bearer()["authorization"].removeprefix("Bearer ")
    assert (await shop.get("/orders/mine", headers={"authorization": f"Bearer {good}"})).status_code == 200
    unsigned = good.rpartition(".")[0] + "."
    for token in (with_header(good, alg=algorithm), with_header(unsigned, alg=algorithm)):
        assert (await answer(shop, token)).startswith("401 token: ")

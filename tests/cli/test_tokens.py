"""`relance token`, and where its key comes from."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from chassis.auth import Role
from chassis.clock import real_now
from contracts.profiles import DEFAULT_PROFILES
from tests.cli.conftest import Relance
from tests.support.tokens import Keys, a_key_set


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token.strip(), options={"verify_signature": False}))


def a_running_stack(local: Path, keys: Keys, *, pid: int, started_at: str = "2026-01-01T00:00:00Z") -> None:
    environment = {
        "RELANCE_SIGNING_KEY": str(keys.private),
        "RELANCE_AUTH_JWKS": str(keys.jwks),
        "RELANCE_AUTH_ISSUER": f"stack of {started_at}",
        "RELANCE_NATS_URL": "nats://127.0.0.1:1",
        "PYTHONUNBUFFERED": "1",
    }
    directory = local / started_at.replace(":", "-")
    directory.mkdir(parents=True)
    state = {"pid": pid, "started_at": started_at, "environment": environment}
    (directory / "state.json").write_text(json.dumps(state))


async def test_a_token_carries_roles_organisation_subject_and_life(relance: Relance) -> None:
    ended = await relance(
        *("token", "--role", "admin", "--role", "sales", "--organisation", "acme", "--lives", "2h", "--subject", "anne")
    )

    found = claims(ended.out)
    assert ended.code == 0
    assert (found["profile"], found["org"], found["sub"]) == ("admin+sales", "acme", "anne")
    assert found["exp"] - found["iat"] == 7200


async def test_the_services_accept_it(relance: Relance, keys: Keys) -> None:
    ended = await relance("token", "--role", "collector")

    caller = await a_key_set(str(keys.jwks)).caller(ended.out.strip(), now=real_now())
    assert caller.rights == DEFAULT_PROFILES[Role.COLLECTOR].rights
    assert caller.organisation == "demo"


async def test_a_program_reads_it_as_json(relance: Relance) -> None:
    ended = await relance("token", "--role", "viewer", "--json")

    expires_at = datetime.fromisoformat(ended.json["expires_at"])
    assert claims(ended.json["token"])["profile"] == "viewer"
    assert timedelta(minutes=58) < expires_at - real_now() < timedelta(minutes=61)


async def test_the_running_stack_lends_its_key(nowhere: Relance, keys: Keys) -> None:
    local = Path(nowhere.settings["RELANCE_LOCAL_DIR"] or "")
    a_running_stack(local, keys, pid=os.getpid())
    a_running_stack(local, keys, pid=os.getpid(), started_at="2026-02-01T00:00:00Z")
    a_running_stack(local, keys, pid=2**22 + 1, started_at="2026-03-01T00:00:00Z")

    ended = await nowhere("token", "--role", "admin")

    assert claims(ended.out)["iss"] == "stack of 2026-02-01T00:00:00Z"


async def test_the_environment_goes_before_the_stack(relance: Relance, keys: Keys) -> None:
    a_running_stack(Path(relance.settings["RELANCE_LOCAL_DIR"] or ""), keys, pid=os.getpid())

    assert claims((await relance("token", "--role", "admin")).out)["iss"] == "relance"


async def test_without_a_key_it_says_where_one_comes_from(nowhere: Relance) -> None:
    ended = await nowhere("token", "--role", "admin")

    assert (ended.code, ended.out) == (4, "")
    assert "no local stack runs here (`make up` starts one)" in ended.err
    assert "RELANCE_SIGNING_KEY" in ended.err


@pytest.mark.parametrize("content", ["", "not a key", None])
async def test_a_wrong_key_is_named(relance: Relance, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_text(content)

    ended = await relance.where(signing_key=str(path))("token", "--role", "admin")

    assert ended.code == 4
    assert f"RELANCE_SIGNING_KEY {path}" in ended.err


async def test_a_state_that_is_not_ours_is_passed_over(nowhere: Relance) -> None:
    local = Path(nowhere.settings["RELANCE_LOCAL_DIR"] or "")
    for number, text in enumerate(["", "[]", "{}", '{"pid": "x"}', f'{{"pid": {os.getpid()}, "environment": 3}}']):
        (local / str(number)).mkdir(parents=True)
        (local / str(number) / "state.json").write_text(text)

    assert (await nowhere("token", "--role", "admin")).code == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--role", "boss"], ["--role", "'boss'", "'accountant'"]),
        (["--role", "admin", "--lives", "3y"], ["--lives", "'3y'", "30s, 15m, 1h or 7d"]),
        (["--role", "admin", "--lives", "-1h"], ["--lives", "'-1h'"]),
        (["--role", "admin", "--lives", "0h"], ["--lives", "'0h'"]),
        (["--role", "admin", "--organisation", "Déjà vu"], ["--organisation", "'Déjà vu'", "lower-case letters"]),
        ([], ["--role"]),
    ],
)
async def test_a_wrong_option_is_named_with_what_is_expected(
    relance: Relance, arguments: list[str], words: list[str]
) -> None:
    ended = await relance("token", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert all(word in ended.err for word in words)

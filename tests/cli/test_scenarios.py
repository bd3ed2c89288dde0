"""`relance scenario`: files checked without a server, saved and published by dunning."""

from pathlib import Path

import pytest

from chassis.auth import Role
from deploy.local.ports import free_port
from tests.cli.conftest import DunningDesk, Relance
from tests.support.tokens import Keys
from workflows.dunning.scenario import STANDARD, to_yaml

SOFT = """\
key: soft
name: Douce
steps:
  - key: first-reminder
    days: 10
    kind: email
    template: first-reminder
  - key: call
    days: 20
    kind: call
    assignee: collections
"""


@pytest.fixture
def soft(tmp_path: Path) -> str:
    path = tmp_path / "soft.yaml"
    path.write_text(SOFT)
    return str(path)


async def test_a_valid_file_is_shown_with_its_steps(nowhere: Relance, soft: str) -> None:
    ended = await nowhere("scenario", "validate", soft)

    assert ended.code == 0
    assert f"{soft} is valid: scenario soft, 2 steps." in ended.out
    assert "J+10  first-reminder  email  first-reminder" in ended.out
    assert (await nowhere("scenario", "validate", soft, "--json")).json["valid"] is True


async def test_a_scenario_may_come_from_standard_input(nowhere: Relance) -> None:
    assert (await nowhere("scenario", "validate", "-", stdin=SOFT)).code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("days: 10", "days: ten", "line 5, steps.0.days: "),
        ("kind: call", "kind: fax", "line 10, steps.1.kind: "),
        ("    days: 20", "\tdays: 20", "line 9, text: spaces to indent; YAML allows no tab"),
        ("name: Douce", "nom: Douce", "nom: "),
        ("    template: first-reminder\n", "", "`template` is expected"),
    ],
)
async def test_a_mistake_is_told_with_its_line_and_what_is_expected(
    nowhere: Relance, tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(SOFT.replace(old, new))

    ended = await nowhere("scenario", "validate", str(path))
    as_json = await nowhere("scenario", "validate", str(path), "--json")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"relance: {path} is not a scenario:\n")
    assert words in ended.err
    assert as_json.code == 1
    assert as_json.json["problems"][0].keys() == {"line", "field", "value", "expected"}


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
async def test_a_file_that_cannot_be_read_is_named(nowhere: Relance, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "unreadable.yaml"
    if content is not None:
        path.write_bytes(content)

    ended = await nowhere("scenario", "validate", str(path))

    assert ended.code == 2
    assert f"FILE {path}: " in ended.err


async def test_applying_saves_a_draft_and_publishes_when_told(
    relance: Relance, dunning: DunningDesk, soft: str
) -> None:
    there = relance.where(dunning_url=dunning.url)

    drafted = await there("scenario", "apply", soft)
    nothing_published = (await dunning.desk.get("/scenarios/soft"))["published"]
    published = await there("scenario", "apply", soft, "--publish")

    assert "saved as a draft" in drafted.out
    assert nothing_published is None
    assert published.out == "Scenario soft is published as version 1.\n"
    assert (await dunning.desk.get("/scenarios/soft"))["published"]["version"] == 1


async def test_running_cases_follow_when_told(relance: Relance, dunning: DunningDesk, soft: str) -> None:
    there = relance.where(dunning_url=dunning.url)

    ended = await there("scenario", "apply", soft, "--publish", "--migrate")
    alone = await there("scenario", "apply", soft, "--migrate")

    assert "0 running cases follow it from now on." in ended.out
    assert (alone.code, alone.err) == (2, "relance: --migrate: only with --publish; a draft changes no case\n")


async def test_show_prints_what_apply_takes(relance: Relance, dunning: DunningDesk) -> None:
    there = relance.where(dunning_url=dunning.url)

    shown = await there("scenario", "show", "standard")
    applied = await there("scenario", "apply", "-", "--publish", "--json", stdin=shown.out)

    assert shown.out == to_yaml(STANDARD)
    assert applied.json["scenario"]["version"] == 2
    assert (await there("scenario", "show", "standard", "--json")).json["published"]["version"] == 2


async def test_an_invalid_file_reaches_no_server(relance: Relance, tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("")

    assert (await relance("scenario", "apply", str(path))).code == 1


async def test_what_is_not_there_is_said(relance: Relance, dunning: DunningDesk) -> None:
    ended = await relance.where(dunning_url=dunning.url)("scenario", "show", "unknown")

    assert ended.code == 1
    assert "unknown" in ended.err


async def test_a_key_that_is_none_is_said_before_asking(relance: Relance) -> None:
    ended = await relance("scenario", "show", "../seller")

    assert ended.code == 2
    assert "'../seller' is not a key; expected lower-case letters, digits, - and _" in ended.err


async def test_a_service_that_is_down_is_named(relance: Relance) -> None:
    url = f"http://127.0.0.1:{free_port()}"

    ended = await relance.where(dunning_url=url)("scenario", "show", "standard")

    assert ended.code == 3
    assert f"dunning does not answer at {url}" in ended.err
    assert "RELANCE_DUNNING_URL" in ended.err


async def test_a_token_that_is_refused_is_said(relance: Relance, dunning: DunningDesk, keys: Keys, soft: str) -> None:
    there = relance.where(dunning_url=dunning.url)
    viewer = keys.bearer(Role.VIEWER)["authorization"].removeprefix("Bearer ")

    foreign = await there.where(token="not-a-token")("scenario", "show", "standard")
    forbidden = await there.where(token=viewer)("scenario", "apply", soft)

    assert foreign.code == 4
    assert foreign.err.startswith("relance: dunning refused: token: ")
    assert forbidden.code == 4
    assert (
        forbidden.err
        == "relance: dunning refused: The right scenarios.write is needed; the profile viewer does not have it.\n"
    )

"""A missing or wrong setting stops the start: each one by its name, with what is expected, and no secret."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.settings import ServiceSettings, load

ROOT = Path(__file__).parents[2]
START = "from chassis.settings import ServiceSettings, load; load(ServiceSettings)"
GOOD = {
    "RELANCE_DATABASE_URL": "postgresql+asyncpg://billing:s3cret@127.0.0.1:5432/billing",
    "RELANCE_AUTH_JWKS": "/etc/relance/jwks.json",
}


def start(**settings: str) -> tuple[int, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RELANCE_")}
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, cwd=ROOT, env=clean | settings, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_it_starts_with_what_it_needs() -> None:
    assert start(**GOOD) == (0, "")


def test_all_that_is_missing_is_named_at_once() -> None:
    code, said = start()

    assert code == 1
    assert said.splitlines() == [
        "This process cannot start. Environment variables that are missing or wrong:",
        "  RELANCE_AUTH_JWKS: Field required",
        "  RELANCE_DATABASE_URL: Field required",
    ]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Reads settings as a process does that starts with these, whose last words would be those of SystemExit.

    In this one: each of its own would load the libraries for a second.
    """

    def read(**settings: str) -> ServiceSettings:
        for name in [name for name in os.environ if name.startswith("RELANCE_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return load(ServiceSettings)

    return read


@pytest.mark.parametrize("trusted", ["*", "10.42.0.0/16, fd00:42::/48", "10.0.0.7", "::1", ""])
def test_it_starts_with_networks_whose_word_is_taken(read: Callable[..., object], trusted: str) -> None:
    assert read(**GOOD | {"FORWARDED_ALLOW_IPS": trusted})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("RELANCE_PORT", "eighty", "valid integer"),
        ("RELANCE_PORT", "70000", "less than or equal to 65535"),
        ("RELANCE_LOG_LEVEL", "LOUD", "DEBUG|INFO|WARNING|ERROR"),
        ("RELANCE_CLOCK_SPEED", "0", "greater than 0"),
        ("RELANCE_CLOCK_ORIGIN", "soon", "valid datetime"),
        ("FORWARDED_ALLOW_IPS", "10.42.1.0/16", "'10.42.1.0/16' is an address in a network; expected 10.42.0.0/16"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,ingress", "'ingress' is no network; expected for example 10.42.0.0/16"),
        ("RELANCE_DATABASE_POOL", "0", "greater than or equal to 1"),
        ("RELANCE_DATABASE_URL", "postgres://billing:s3cret@db/billing", "expected postgresql+asyncpg://user:"),
        ("RELANCE_DATABASE_URL", "s3cret", "expected postgresql+asyncpg://user:"),
    ],
)
def test_a_wrong_one_is_named_with_what_is_expected(
    read: Callable[..., object], name: str, value: str, expected: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        read(**GOOD | {name: value})

    said = str(ended.value)
    assert f"  {name}: " in said
    assert expected in said
    assert "s3cret" not in said


def test_a_process_ends_with_these_words_alone() -> None:
    code, said = start(**GOOD | {"RELANCE_DATABASE_URL": "postgres://billing:s3cret@db/billing"})

    assert code == 1
    assert "  RELANCE_DATABASE_URL: expected postgresql+asyncpg://user:" in said
    assert "s3cret" not in said
    assert "Traceback" not in said

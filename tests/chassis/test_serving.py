"""The API as a process: it says when it is ready, and ends in a second, without a word, when told to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from deploy.local.ports import free_port
from tests.support.tokens import Keys

ROOT = Path(__file__).parents[2]


@contextmanager
def a_process(dsn: str, keys: Keys, port: int) -> Iterator[subprocess.Popen[str]]:
    settings = {"RELANCE_DATABASE_URL": dsn, "RELANCE_AUTH_JWKS": str(keys.jwks), "RELANCE_PORT": str(port)}
    command = [sys.executable, "-m", "tests.chassis.serving"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            assert httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        except (httpx2.TransportError, AssertionError):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_told_to_stop_it_ends_at_once_and_well(dsn: str, keys: Keys, number: signal.Signals) -> None:
    port = free_port()
    with a_process(dsn, keys, port) as process:
        wait_until_ready(port)
        began = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=10)

    assert time.monotonic() - began < 3
    assert said == ""
    assert process.returncode == 0

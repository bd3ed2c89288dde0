"""A process waits for a server that is not there yet, and for nothing that never comes."""

import asyncio
import ssl
from pathlib import Path

import pytest

from chassis.duties import patiently


async def test_a_server_that_comes_later_is_waited_for() -> None:
    answers: list[Exception | str] = [ConnectionRefusedError(), ssl.SSLCertVerificationError("expired"), "here"]

    async def connect() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await patiently(connect, "a server", asyncio.Event()) == "here"


async def test_a_file_that_is_missing_and_a_value_that_nobody_takes_are_not_waited_for(tmp_path: Path) -> None:
    async def read() -> bytes:
        return (tmp_path / "authority.pem").read_bytes()

    async def parse() -> int:
        return int("no number")

    with pytest.raises(FileNotFoundError):
        await patiently(read, "a server", asyncio.Event())
    with pytest.raises(ValueError, match="no number"):
        await patiently(parse, "a server", asyncio.Event())


async def test_a_process_told_to_stop_while_it_connects_ends_at_once() -> None:
    stopping, ended = asyncio.Event(), asyncio.Event()

    async def connect() -> str:
        stopping.set()
        try:
            return await asyncio.sleep(60, "here")
        finally:
            ended.set()

    async with asyncio.timeout(10):
        assert await patiently(connect, "a server", stopping) is None
        await ended.wait()

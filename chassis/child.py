"""A process that answers requests on its standard input, one at a time, within a limit of computing time."""

import os
import resource
import signal
import struct
from collections.abc import Callable
from types import FrameType
from typing import BinaryIO

LENGTH = struct.Struct(">I")
MEBIBYTE = 1024 * 1024


class TooSlow(Exception):
    """Raised inside a request that used its computing time; prints the seconds."""


def serve(handle: Callable[[bytes], bytes], *, prepare: Callable[[], object], cpu_seconds: float, memory: int) -> None:
    """Prepare, say so by an empty answer, then answer until the parent closes the input or dies.

    What the first request would otherwise load belongs in `prepare`. A request gets `TooSlow` after
    `cpu_seconds`; a second later, should it be inside a call that does not return, the process is killed.
    `memory` in MiB of address space.
    """
    requests, answers = _channels()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole group
    signal.signal(signal.SIGPROF, _too_slow(cpu_seconds))
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory * MEBIBYTE, memory * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prepare()
    _send(answers, b"")
    while header := requests.read(LENGTH.size):
        request = requests.read(*LENGTH.unpack(header))
        _arm(cpu_seconds)
        try:
            answer = handle(request)
        finally:
            _arm(0)
        _send(answers, answer)


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Requests and answers; whatever else is printed goes to the standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return os.fdopen(os.dup(0), "rb"), answers


def _too_slow(seconds: float) -> Callable[[int, FrameType | None], None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow(f"{seconds:g}")

    return stop


def _arm(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds + 1 if seconds else 0)

"""Witnesses who do not answer: each is asked again for a while, and then its silence stands in the evidence."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Never, TypeVar, cast

import httpx2
from nats.errors import Error as NatsError
from temporalio.service import RPCError

from deploy.local.program import CannotStart

Word = TypeVar("Word")

ANSWERS_WITHIN = timedelta(seconds=15)
"""From the first question that was not answered."""
PAUSE_S = 0.5
LONGEST_ANSWER_S = 300.0
"""A witness who never ends is a silent one; to read the histories of a default run takes some seconds."""
UNANSWERED = (httpx2.HTTPError, NatsError, RPCError, RuntimeError, CannotStart, OSError, ValueError)
"""What a witness raises who is away, who fails, or whose answer cannot be read. A RuntimeError is how Temporal's client
tells that its first connection failed."""


class DidNotAnswer(CannotStart):
    """What needs the word of this witness cannot be judged."""

    def __init__(self, witness: str, why: str) -> None:
        self.witness = witness
        super().__init__(f"{witness} did not answer: {why}")


class Silence:
    """Stands in the place of an answer. Whoever looks at it gets DidNotAnswer: nothing told is not nothing found.

    `nothing`: the answer of a witness who saw nothing, for whoever only shows what is known.
    """

    def __init__(self, witness: str, why: str, nothing: Any) -> None:
        self.witness, self.why, self.nothing = witness, why, nothing

    def __str__(self) -> str:
        return str(DidNotAnswer(self.witness, self.why))

    def _look(self, *_: object) -> Never:
        raise DidNotAnswer(self.witness, self.why)

    __iter__ = __len__ = __contains__ = __getitem__ = __getattr__ = _look


async def hear(
    witness: str, ask: Callable[[], Awaitable[Word]], nothing: Word, *, patience: timedelta = ANSWERS_WITHIN
) -> Word:
    """The answer, or a Silence in its place."""
    last: float | None = None
    while True:
        try:
            async with asyncio.timeout(LONGEST_ANSWER_S):
                return await ask()
        except UNANSWERED as error:
            last = time.monotonic() + patience.total_seconds() if last is None else last
            if time.monotonic() >= last:
                return cast("Word", Silence(witness, _said(error), nothing))
        await asyncio.sleep(PAUSE_S)


def _said(error: Exception) -> str:
    """On one line: an answer of HTTP comes with a second one of advice."""
    return " ".join([type(error).__name__, *str(error).splitlines()[:1]])

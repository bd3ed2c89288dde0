"""Old events once more, under a new number of the server's: late, and out of their order."""

import random
from contextlib import suppress

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from tests.chaos.strikes import Strike

REPEATED = ("BILLING", "DUNNING", "PAYMENTS")
REPETITIONS = 25


async def repeat(js: JetStreamContext, seed: int, strike: Strike) -> int:
    """How many events the streams took again; those that a server that is down did not take are left out."""
    repeated = 0
    for stream in REPEATED:
        for name, share in repetitions(seed, strike, stream):
            with suppress(NatsError, TimeoutError, OSError):
                await _repeat_one(js, stream, name, share)
                repeated += 1
    return repeated


def repetitions(seed: int, strike: Strike, stream: str) -> list[tuple[str, float]]:
    """Under which names, and how far into what the stream holds by then, its events are told again."""
    chance = random.Random(f"repetitions {seed} {strike.at} {stream}")
    return [(f"again-{stream}-{strike.at}-{number}", chance.random()) for number in range(REPETITIONS)]


async def _repeat_one(js: JetStreamContext, stream: str, name: str, share: float) -> None:
    state = (await js.stream_info(stream)).state
    number = state.first_seq + int(share * max(0, state.last_seq - state.first_seq + 1))
    old = await js.get_msg(stream, seq=number)
    headers = {**(old.headers or {}), "Nats-Msg-Id": name}
    await js.publish(old.subject or "", old.data or b"", headers=headers, timeout=2)

"""One address before several copies of an API, as a Kubernetes Service is: each connection goes to the next copy."""

import asyncio
from contextlib import suppress

from deploy.local.ports import LOOPBACK
from tests.support import front
from tests.support.front import join


class Front(front.Front):
    """`behind`: the ports of the copies that get connections, changed while it runs."""

    def __init__(self, name: str, port: int, behind: list[int]) -> None:
        super().__init__(port)
        self.name = name
        self.behind = behind
        self._turn = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if pair := await self._reach():
            await join(reader, writer, *pair)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in range(len(self.behind)):
            self._turn += 1
            with suppress(OSError):
                return await asyncio.open_connection(LOOPBACK, self.behind[self._turn % len(self.behind)])
        return None

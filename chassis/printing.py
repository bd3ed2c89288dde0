"""HTML becomes PDF in processes of their own: a page takes a tenth of a second that no request may wait for."""

import json

from chassis.processes import WALL_SECONDS, Processes

PRINTED, REFUSED = b"+", b"-"
"""How an answer begins; the PDF follows, or the reason why there is none."""


class NotPrinted(Exception):
    """The page cannot be made into a PDF, and never will be; the text says why."""


class Printer:
    """`module` is what its processes run: it calls `printing_child.serve_printing`."""

    def __init__(
        self, module: str = "chassis.printing_child", *, size: int = 1, wall_seconds: float = WALL_SECONDS
    ) -> None:
        self.processes = Processes(module, size=size, wall_seconds=wall_seconds)

    async def pdf(self, html: str, *, identifier: str | None = None) -> bytes:
        """The same bytes for the same page. Only its `data:` addresses are read. Raises NotPrinted, ProcessDied."""
        return await self.answer(json.dumps({"html": html, "identifier": identifier}).encode())

    async def answer(self, request: bytes) -> bytes:
        """What the module makes of a request of its own form. Raises NotPrinted, ProcessDied."""
        answer = await self.processes.run(request)
        if answer[:1] == REFUSED:
            raise NotPrinted(answer[1:].decode())
        return answer[1:]

    async def ready(self) -> None:
        """A check for `/readyz`: see `Processes.ready`."""
        await self.processes.ready()

    async def close(self) -> None:
        await self.processes.close()

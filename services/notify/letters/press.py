"""The press: letters, and whole batches of them, become PDF."""

import json
import struct
from dataclasses import dataclass

from chassis.printing import NotPrinted, Printer
from chassis.problems import DomainError
from chassis.processes import ProcessDied

LETTER_MODULE = "services.notify.letters.letter_printer"
BATCH_MODULE = "services.notify.letters.batch_printer"
BATCH_WALL_SECONDS = 300.0

PAGES = struct.Struct(">I")
"""An answer is the number of its pages, then the PDF."""


class Unprintable(DomainError):
    """The page cannot be made into a PDF, and never will be."""

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(f"The letter cannot be printed: {reason}.")


@dataclass(frozen=True)
class Printed:
    pdf: bytes
    pages: int


class Press:
    def __init__(self) -> None:
        self.letters = Printer(LETTER_MODULE, size=2)
        self.batches = Printer(BATCH_MODULE, wall_seconds=BATCH_WALL_SECONDS)

    async def letter(self, html: str) -> Printed:
        """One letter. Raises Unprintable, also for what takes too long or too much memory."""
        return await _printed(self.letters, [html], is_duplex=False)

    async def batch(self, pages: list[str], *, is_duplex: bool) -> Printed:
        """Many letters in one file; for both sides of the paper each begins on a sheet of its own."""
        return await _printed(self.batches, pages, is_duplex=is_duplex)

    async def close(self) -> None:
        await self.letters.close()
        await self.batches.close()


async def _printed(printer: Printer, pages: list[str], *, is_duplex: bool) -> Printed:
    request = json.dumps({"pages": pages, "is_duplex": is_duplex}).encode()
    try:
        answer = await printer.answer(request)
    except ProcessDied:
        raise Unprintable("it takes too long or too much memory") from None
    except NotPrinted as error:
        raise Unprintable(str(error)) from None
    (count,) = PAGES.unpack(answer[: PAGES.size])
    return Printed(answer[PAGES.size :], count)

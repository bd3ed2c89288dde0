"""What a person sees while the stack runs: few lines, each with the name of its process."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

COLOURS = (36, 35, 34, 32, 33, 96, 95, 94, 92)
RED, GREEN, BOLD, DIM = 31, 32, 1, 2


class Terminal:
    """Writes to a stream, in colour where a person looks; a closed stream is no reason to stop.

    Without a stream it writes to what `sys.stdout` is at each line: a live display may have taken its place.
    """

    def __init__(self, names: Iterable[str] = (), stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self.stream = stream
        self.quiet = quiet
        self.names = list(names)
        self.in_colour = (stream or sys.stdout).isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str = "", *styles: int) -> None:
        """A line of the stack itself."""
        if not self.quiet:
            self._write(self._styled(text, *styles))

    def of(self, name: str, text: str, *styles: int) -> None:
        """A line of a process, behind its name."""
        if not self.quiet:
            self._write(f"{self._prefix(name)} {self._styled(text, *styles)}")

    def trouble(self, text: str, lines: Sequence[str] = ()) -> None:
        """Something went wrong: what, and the words that show it. Said even when quiet."""
        self._write(self._styled(text, RED, BOLD))
        for line in lines:
            self._write(self._styled(f"    {line}", DIM))

    def _prefix(self, name: str) -> str:
        width = max(map(len, [*self.names, name]))
        colour = COLOURS[self.names.index(name) % len(COLOURS)] if name in self.names else DIM
        return self._styled(f"{name:<{width}} │", colour)

    def _styled(self, text: str, *styles: int) -> str:
        if not styles or not self.in_colour:
            return text
        return f"\x1b[{';'.join(map(str, styles))}m{text}\x1b[0m"

    def _write(self, line: str) -> None:
        try:
            print(line, file=self.stream, flush=True)
        except (OSError, ValueError):
            self.quiet = True  # the terminal is gone; the logs go on

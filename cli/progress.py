"""Long work says how far it is: on a terminal in one line that changes, elsewhere, as in the log of a job, now and
then.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console

TOLD_EVERY_S = 30.0

Tell = Callable[[str], None]


@contextmanager
def progress(beginning: str) -> Iterator[Tell]:
    """On standard error; what is given to it is a whole line."""
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    if not console.is_terminal:
        yield NowAndThen(console.print)
        return
    with console.status(beginning) as status:
        yield status.update


@dataclass
class NowAndThen:
    """The first line after `every`, then one each time that so long has gone."""

    tell: Tell
    every: float = TOLD_EVERY_S
    clock: Callable[[], float] = time.monotonic
    _told_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._told_at = self.clock()

    def __call__(self, line: str) -> None:
        if self.clock() - self._told_at >= self.every:
            self._told_at = self.clock()
            self.tell(line)

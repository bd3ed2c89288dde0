"""Working on invoices, or the like, one after the other, where one that fails keeps no other waiting."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.passing import is_away, is_passing

log = logging.getLogger(__name__)


class Round:
    """An invoice that fails is logged and left for the next round; a server that is away ends this one at once."""

    def __init__(self) -> None:
        self.failure: Exception | None = None

    @contextmanager
    def at(self, identity: object, kind: str = "invoice") -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if is_away(error):
                raise
            passing = is_passing(error)
            level = logging.WARNING if passing else logging.ERROR
            log.log(level, "left for later: %r", error, exc_info=not passing, extra={f"{kind}_id": str(identity)})
            error.add_note(f"{kind} {identity}")
            self.failure = error

    def end(self) -> None:
        """Raise the last failure, which has a note of its invoice."""
        if self.failure is not None:
            raise self.failure

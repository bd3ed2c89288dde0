"""What ends a command: a sentence on standard error and an exit code, never a traceback."""

import sys
from typing import Any

from typer import Exit
from typer.core import TyperGroup

NO = 1
"""The answer is no: rejected, invalid, not there."""
USAGE = 2
UNREACHABLE = 3
"""A server or a service does not answer: the same command may be given again."""
REFUSED = 4
"""Who asks is not known or may not."""


class Failure(Exception):
    def __init__(self, message: str, code: int = NO) -> None:
        super().__init__(message)
        self.code = code


class Commands(TyperGroup):
    """A group whose commands may raise a `Failure`."""

    def invoke(self, ctx: Any) -> Any:  # typer keeps the context's class to itself
        try:
            return super().invoke(ctx)
        except Failure as failure:
            print(f"relance: {failure}", file=sys.stderr)
            raise Exit(failure.code) from None

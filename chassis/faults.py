"""Points between two effects, named so that a test can kill or stop the process exactly there.

In production nothing arms them: no setting, no variable and no request does, only code of the tests that runs in
the process before its main. An unarmed point is the comparison of a name with None.
"""

from collections.abc import Callable

_at_point: Callable[[str], None] | None = None


def reached(point: str) -> None:
    """What comes before has happened, what comes after has not."""
    if _at_point is not None:
        _at_point(point)


def arm(at_point: Callable[[str], None]) -> None:
    """For tests: call `at_point` with the name of each point, from now on until the process ends."""
    global _at_point
    if _at_point is not None:
        raise RuntimeError("the fault points of this process are armed already")
    _at_point = at_point

"""What makes a foreground program stop in good order."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def cancelled_by_signals() -> Iterator[None]:
    """Cancel the current task at the first Ctrl-C, SIGTERM or SIGHUP, so that it cleans up.

    A second signal ends this process at once; what it started dies with it.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 (we are awaited)

    def cancel() -> None:
        for number in STOPPING:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        task.cancel()

    for number in STOPPING:
        loop.add_signal_handler(number, cancel)
    try:
        yield
    finally:
        for number in STOPPING:
            loop.remove_signal_handler(number)

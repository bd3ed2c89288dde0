"""Nothing of a stack outlives its supervisor, even when that is killed."""

import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from pathlib import Path

from deploy.local.launch import ROOT


class Guard:
    """While the block runs, a process watches: when this one dies, it ends what is left of the stack.

    The kernel ends the children by itself, not the children's children.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.process: Process | None = None

    async def __aenter__(self) -> None:
        self.process = await create_subprocess_exec(
            *(sys.executable, "-m", "deploy.local.reaper", str(self.data_dir)),
            cwd=ROOT,
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )

    async def __aexit__(self, *_: object) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            await self.process.wait()

"""A process of ours that dies or stands still at a point: `python -m tests.faults.armed POINT ACT MODULE ARGUMENTS...`

ACT is `kill` or `stop`; a process that stopped goes on after SIGCONT, and stops there no second time.
"""

import os
import runpy
import signal
import sys

from chassis import faults

ACTS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def main() -> None:
    point, act, module, *arguments = sys.argv[1:]
    points = {point}

    def at_point(reached: str) -> None:
        if reached in points:
            points.remove(reached)
            os.kill(os.getpid(), ACTS[act])

    faults.arm(at_point)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

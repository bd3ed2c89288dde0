"""python -m deploy.local.reaper DIRECTORY: end the stack of a directory when standard input ends.

Standard input is a pipe from the supervisor, which ends with it, however it ends.
"""

import signal
import sys
from pathlib import Path

from deploy.local import leftovers


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    leftovers.end(Path(sys.argv[1]))


if __name__ == "__main__":
    main()

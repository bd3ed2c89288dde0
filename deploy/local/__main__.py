"""python -m deploy.local up|down|status|migrate|reset"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from deploy.local.commands import down, migrate, reset, status, up
from deploy.local.ports import PortIsMalformed, PortsCollide
from deploy.local.program import CannotStart
from deploy.local.stack import local_dir
from deploy.local.terminal import Terminal


def main() -> int:
    """The exit code: 0 when all is well, 1 when something is not, 2 for a wrong setting."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="The local stack.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, explanation in EXPLANATIONS.items():
        commands.add_parser(name, help=explanation)
    try:
        return run(parser.parse_args().command, local_dir(os.environ))
    except (PortIsMalformed, PortsCollide) as error:
        Terminal(stream=sys.stderr).trouble(str(error))
        return 2
    except CannotStart as error:
        Terminal(stream=sys.stderr).trouble(str(error))
        return 1


EXPLANATIONS = {
    "up": "start everything on the real clock, and keep it running until Ctrl-C",
    "down": "stop what runs, from another terminal",
    "status": "say of each process whether it is healthy",
    "migrate": "bring the databases up to date",
    "reset": "delete all data of the local stacks",
}


def run(command: str, directory: Path) -> int:
    if command == "up":
        return asyncio.run(up(directory / "main"))
    if command == "migrate":
        return asyncio.run(migrate(directory / "main"))
    if command == "down":
        return down(directory)
    if command == "status":
        return status(directory)
    return reset(directory)


if __name__ == "__main__":
    sys.exit(main())

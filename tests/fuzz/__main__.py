"""`make fuzz`: requests made out of each service's OpenAPI document, good and bad, by an admin of a stack of its own.

Ends with 1 when a service fails (5xx), or answers what its document does not say; with 2 when the stack does not start.
"""

import argparse
import asyncio
import shutil
import sys
from pathlib import Path

from chassis.auth import Role
from contracts.clock import Clock
from deploy.local.catalogue import SERVICES
from deploy.local.credentials import mint_of
from deploy.local.launch import ROOT
from deploy.local.ports import free_ports
from deploy.local.program import CannotStart
from deploy.local.seed import ORGANISATION, seed
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, local_dir

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
WORKERS = 2
"""Requests at once, so that they get into each other's way."""


def main() -> int:
    options = _options()
    try:
        return asyncio.run(_fuzz(options))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


async def _fuzz(options: argparse.Namespace) -> int:
    shutil.rmtree(options.data, ignore_errors=True)
    with cancelled_by_signals():
        async with Stack(StackOptions(options.data, ports=free_ports(), clock=Clock(), quiet=True)) as stack:
            mint = mint_of(stack.shared)
            await seed(stack.urls, mint.token("fuzz", ORGANISATION, [Role.ADMIN]))
            failed = []
            for name in options.services or SERVICES:
                token = mint.token("fuzz", ORGANISATION, [Role.ADMIN])
                if await _schemathesis(stack.urls[name], token, options):
                    failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "Every answer was as documented, and none a failure.")
    return 1 if failed else 0


async def _schemathesis(url: str, token: str, options: argparse.Namespace) -> int:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--workers", str(WORKERS)),
        *("--max-time", str(options.seconds), "--request-timeout", "30", "--generation-database", "none"),
        *(("--seed", str(options.seed)) if options.seed is not None else ()),
    ]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT / "build")
    return await process.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--service", dest="services", action="append", choices=sorted(SERVICES))
    parser.add_argument("--seconds", type=int, default=120, help="for each service")
    parser.add_argument("--seed", type=int, help="asks the same again")
    parser.add_argument("--data", type=Path, default=local_dir({}) / "fuzz")
    given = parser.parse_args()
    if given.seconds < 1:
        parser.error(f"--seconds {given.seconds}: expected at least 1")
    (ROOT / "build").mkdir(exist_ok=True)
    return given


if __name__ == "__main__":
    sys.exit(main())

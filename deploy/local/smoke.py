"""python -m deploy.local.smoke: what deploy/smoke.sh needs of the stack that runs, as variables of a shell.

Its addresses, and an administrator of the organisation `smoke`, made for this time.
"""

import asyncio
import os
import shlex
import sys
from collections.abc import Mapping

from chassis.clock import real_now
from deploy.local.catalogue import Servers
from deploy.local.lock import holder
from deploy.local.stack import local_dir, stacks
from deploy.local.state import StackState, read_state

SERVICES = ("identity", "billing", "dunning")


def main() -> int:
    state = running(os.environ)
    if state is None:
        sys.stderr.write("smoke: no local stack runs here; `make up` starts one\n")
        return 1
    told = {f"SMOKE_{name.upper()}_URL": state.urls[name] for name in SERVICES} | asyncio.run(an_admin(state))
    sys.stdout.writelines(f"{name}={shlex.quote(value)}\n" for name, value in told.items())
    return 0


def running(environment: Mapping[str, str]) -> StackState | None:
    """The stack that was started last, should there be several."""
    found = [state for each in stacks(local_dir(environment)) if holder(each) and (state := read_state(each))]
    return max(found, key=lambda state: state.started_at, default=None)


async def an_admin(state: StackState) -> dict[str, str]:
    """With a password that must be changed at the first sign-in, as ops give it."""
    from services.identity.bootstrap import FirstAdmin  # a service takes a second to import
    from services.identity.passwords import Passwords
    from services.identity.secrets import new_password
    from services.identity.seeding import make_admin

    email, password = f"smoke-{real_now():%Y%m%d%H%M%S%f}@example.com", new_password()
    dsn = Servers.of(state.data_dir, state.ports).postgres.url("identity")
    wanted = FirstAdmin("smoke", "Relance smoke test", email, "Smoke")
    await make_admin(dsn, wanted, password, is_temporary=True, passwords=Passwords.standard(), now=real_now())
    return {"SMOKE_EMAIL": email, "SMOKE_PASSWORD": password}


if __name__ == "__main__":
    sys.exit(main())

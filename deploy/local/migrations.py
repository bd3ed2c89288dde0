"""python -m deploy.local.migrations: bring every database of the local stack up to date.

In production each service does it for its own (`python -m services.NAME.main migrate`, the same
steps). Here one process does it for all of them: importing four services would take seconds.
"""

import asyncio
import json
import os

from chassis.migrations import migrate
from deploy.local.services import ADDRESSES


async def main() -> None:
    for service, address in json.loads(os.environ[ADDRESSES]).items():
        print(f"migrating the database of {service}", flush=True)
        await migrate(service, address)


if __name__ == "__main__":
    asyncio.run(main())

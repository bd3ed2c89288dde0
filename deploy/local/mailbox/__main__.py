"""python -m deploy.local.mailbox --directory DIR --smtp-port 1025 --port 8025"""

import argparse
import asyncio
import logging
import os
from pathlib import Path

import httpx2
import uvicorn

from deploy.local.mailbox.desk import desk_of
from deploy.local.mailbox.smtp import receive
from deploy.local.mailbox.store import Store
from deploy.local.mailbox.web import create_app
from deploy.local.ports import LOOPBACK


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailbox", description="Keep and show every mail that is sent here.")
    parser.add_argument("--directory", type=Path, required=True, help="where the messages are kept")
    parser.add_argument("--smtp-port", type=int, required=True, help="where mail is accepted")
    parser.add_argument("--port", type=int, required=True, help="where the web page stands")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_serve(options.directory, options.smtp_port, options.port))


async def _serve(directory: Path, smtp_port: int, port: int) -> None:
    store = Store(directory)
    receiver = await receive(store, LOOPBACK, smtp_port)
    async with httpx2.AsyncClient(trust_env=False) as http:
        app = create_app(store, desk_of(os.environ, http))
        config = uvicorn.Config(app, host=LOOPBACK, port=port, log_level="warning", timeout_graceful_shutdown=2)
        await uvicorn.Server(config).serve()
    receiver.close()


if __name__ == "__main__":
    main()

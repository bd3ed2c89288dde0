"""python -m tests.chaos.mailbox --directory DIR --smtp-port 1025 --port 8025; `PUT /fault` makes it misbehave."""

import argparse
import asyncio
import logging
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from deploy.local.mailbox.store import Store
from deploy.local.mailbox.web import create_app
from deploy.local.ports import LOOPBACK
from tests.chaos.mailbox.faults import FaultOrder
from tests.chaos.mailbox.receiver import FaultyReceiver, receive


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailbox", description="Keep every mail, and misbehave when told to.")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(_serve(options.directory, options.smtp_port, options.port))


async def _serve(directory: Path, smtp_port: int, port: int) -> None:
    store = Store(directory)
    receiver = FaultyReceiver(store)
    listening = await receive(receiver, LOOPBACK, smtp_port)
    config = uvicorn.Config(
        _app(store, receiver), host=LOOPBACK, port=port, log_level="critical", timeout_graceful_shutdown=2
    )
    await uvicorn.Server(config).serve()
    listening.close()


def _app(store: Store, receiver: FaultyReceiver) -> FastAPI:
    app = create_app(store)

    @app.put("/fault", status_code=204)
    async def misbehave(order: FaultOrder) -> None:
        receiver.order = order

    return app


if __name__ == "__main__":
    main()

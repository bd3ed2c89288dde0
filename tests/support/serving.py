"""An application on a real port, in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from chassis.main import KEEP_ALIVE_S
from deploy.local.ports import free_port

A_TURN_S = 0.005


@asynccontextmanager
async def served(app: FastAPI, port: int | None = None) -> AsyncIterator[str]:
    """The address of `app`, whose lifespan the caller has entered; at a free port unless one is named."""
    port = port or free_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_S,
    )  # fmt: skip
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await _stop(server)


async def _stop(server: uvicorn.Server) -> None:
    """Once every answer has left. uvicorn's own way looks ten times a second, which each test would wait for.

    A connection that a client has just begun is taken first: Python leaves it open when it meets a closed server.
    """
    await asyncio.sleep(A_TURN_S)
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    async with asyncio.timeout(10):
        while server.server_state.connections or server.server_state.tasks:
            await asyncio.sleep(A_TURN_S)

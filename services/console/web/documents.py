"""Documents of the services, passed on to the browser piece by piece: PDF, CSV."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from starlette.responses import StreamingResponse

from services.console.peers.client import Client, Value

PASSED_ON = ("content-type", "content-disposition", "content-length")


async def passed_on(client: Client, path: str, **query: Value) -> StreamingResponse:
    """Raises as the client does, before anything is answered."""
    async with AsyncExitStack() as stack:
        document = await stack.enter_async_context(client.stream(path, **query))
        opened = stack.pop_all()

    async def pieces() -> AsyncIterator[bytes]:
        async with opened:
            async for piece in document.pieces:
                yield piece

    headers = {name: document.headers[name] for name in PASSED_ON if name in document.headers}
    return StreamingResponse(pieces(), headers=headers)

"""The trace id in each answer lets a caller name the request when something went wrong."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry

TRACE = "relance.trace_id"
"""In the scope of a request, for the answer to an error of our own, which is made outside of all this."""


class TraceHeader:
    """Around the application and not a `BaseHTTPMiddleware`, which runs each request in a task of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[TRACE] = trace_id = telemetry.trace_id()

        async def told(message: Message) -> None:
            if trace_id and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["trace-id"] = trace_id
            await send(message)

        await self.app(scope, receive, told)

"""Figures for Prometheus: what each process counts, at `/metrics`, and the rate, errors and duration of requests.

Names begin with `relance_`, durations are in seconds of real time. Histograms carry the trace of their last request
as an exemplar, for scrapers that ask for OpenMetrics.
"""

import time

from fastapi import APIRouter, Request
from fastapi.responses import Response
from opentelemetry import trace
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.exposition import choose_encoder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.family import FamilyFigures

router = APIRouter(include_in_schema=False)

REQUESTS = Counter("relance_http_requests", "Requests that were answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "relance_http_request_seconds",
    "Time from a request to the end of its answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENT_SECONDS = Histogram(
    "relance_event_seconds",
    "Time from the origin of an event (the first event of its chain, once published) until it is worked in",
    ["consumer", "type"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600),
)
DELIVERIES_FAILED = Counter(
    "relance_deliveries_failed", "Deliveries that ended without being worked in", ["consumer", "cause"]
)
CAUSES = ("waits", "error", "unreadable")
"""Of a delivery that failed."""
REGISTRY.register(FamilyFigures())

NO_ROUTE = "none"
"""The route of a request that fits none: its path is left out, for anyone may ask for anything."""
PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers that an ingress, a gateway or any other proxy adds to what it passes on."""
UNSEEN = ("/healthz", "/readyz", "/metrics")
STREAM = b"text/event-stream"
"""Such an answer lasts as long as its page is open: its end says nothing of how long anybody waited."""


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """404 to whoever comes through a proxy: the figures are for those who look after the processes, not for guests."""
    if any(header in request.headers for header in PASSED_ON):
        return Response(status_code=404)
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(REGISTRY), media_type=content_type)


class Measured:
    """Counts each request under the route that took it. Around the application, as `TraceHeader`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNSEEN:
            return await self.app(scope, receive, send)
        status, is_stream, began = 500, False, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status, is_stream = message["status"], _is_stream(message)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path_format", NO_ROUTE)
            REQUESTS.labels(scope["method"], route, str(status)).inc()
            if not is_stream:
                REQUEST_SECONDS.labels(scope["method"], route).observe(time.perf_counter() - began, exemplar())


def _is_stream(start: Message) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(STREAM) for name, value in start.get("headers", ()))


def exemplar() -> dict[str, str] | None:
    """The trace at work, when there is one."""
    context = trace.get_current_span().get_span_context()
    return {"trace_id": f"{context.trace_id:032x}"} if context.is_valid else None

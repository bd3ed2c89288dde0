"""The HTTP application of a service: routes, errors, health, and what the routes find in `app.state`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from chassis import api_document, auditing, database, health, metrics
from chassis.auth import KeySet
from chassis.away import add_away_handler
from chassis.bodies import BodyLimit
from chassis.clock import Now, real_now
from chassis.metrics import Measured
from chassis.operations import api as operations
from chassis.operations.line import Line
from chassis.problems import Forbidden, add_problem_handlers
from chassis.settings import ServiceSettings
from chassis.trace_header import TraceHeader

MAX_BODY = 2 * 1024 * 1024

Open = Callable[[FastAPI], Awaitable[Callable[[], Awaitable[None]]]]
"""Makes what a service adds to `app.state`, and returns what closes it."""


@dataclass(frozen=True)
class Service:
    """What differs between services; `max_body` in bytes, `opens` for clients and pools of its own."""

    name: str
    title: str
    routers: Sequence[APIRouter]
    max_body: int = MAX_BODY
    opens: Sequence[Open] = ()


def create_app(service: Service, settings: ServiceSettings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = database.engine(settings.dsn, pool=settings.database_pool, tls=settings.database_context)
        app.state.engine = engine
        app.state.sessions = database.sessions_of(engine)
        app.state.checks = {"database": lambda: database.ping(engine)}
        closers = [await opens(app) for opens in service.opens]
        try:
            yield
        finally:
            for close in reversed(closers):
                await close()
            await app.state.line.close()
            await engine.dispose()

    app = _Api(
        title=service.title,
        version="1",
        lifespan=lifespan,
        telemetry={
            "auto_configure": False,
            "operation_spans": settings.otlp_endpoint is not None,  # three in each request; else nobody reads them
        },
    )
    app.state.service = service.name
    app.state.settings = settings
    app.state.watch = auditing.watching
    app.state.now = Now(settings.clock)
    app.state.real_now = real_now
    app.state.keys = KeySet.of(settings)
    app.state.line = Line(settings.bus, f"relance-{service.name}-api")
    add_problem_handlers(app)
    add_away_handler(app)
    app.add_exception_handler(Forbidden, auditing.refused)
    app.add_middleware(BodyLimit, most=service.max_body)
    app.add_middleware(TraceHeader)
    app.add_middleware(Measured)
    add_routes(app, (health.router, metrics.router, operations.router, *service.routers))
    app.state.routes = routes_of(service)
    return app


def add_routes(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """The routers' own routes: an included router builds each of them once more, at the first request."""
    for router in routers:
        app.router.routes.extend(router.routes)


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            # it is kept, and given out by the next call
            api_document.complete(super().openapi(), self.state.routes)
        return super().openapi()


def routes_of(service: Service) -> list[APIRoute]:
    """Every endpoint of a service, but for health and documentation."""
    routers = (operations.router, *service.routers)
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

"""The console: `python -m services.console.main api`. Pages for people, made of what the services' APIs answer."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from chassis import expiries, health, main, metrics, telemetry
from chassis.app import add_routes
from chassis.auth import KeySet
from chassis.bodies import BodyLimit
from chassis.clock import Now
from chassis.metrics import Measured
from chassis.settings import load
from services.console.pages import ROUTERS
from services.console.peers.client import Client
from services.console.peers.wire import a_wire
from services.console.settings import Settings
from services.console.web import assets, live
from services.console.web.assets import Assets
from services.console.web.cookies import Cookies
from services.console.web.cost import TellTheCost
from services.console.web.failures import add_failure_pages
from services.console.web.headers import SecurityHeaders
from services.console.web.live import Live
from services.console.web.rendering import Renderer
from services.console.web.sessions import Sessions

MAX_BODY = 2 * 1024 * 1024


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with a_wire() as wire:
            app.state.wire = wire
            app.state.user_sessions = Sessions(
                Client("identity", wire, app.state.peers["identity"]), KeySet.of(settings)
            )
            following = asyncio.create_task(app.state.live.follow(settings.bus))
            yield
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    app = FastAPI(
        title="Relance", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None,
        telemetry={"auto_configure": False},
    )  # fmt: skip
    app.state.settings = settings
    app.state.now = Now(settings.clock)
    app.state.peers = peers(settings)
    app.state.cookies = Cookies(settings.is_secure)
    app.state.assets = Assets()
    app.state.renderer = Renderer(app.state.assets)
    app.state.live = Live()
    app.state.checks = {}
    add_failure_pages(app)
    app.add_middleware(BodyLimit, most=MAX_BODY)
    app.add_middleware(TellTheCost)
    app.add_middleware(SecurityHeaders, is_secure=settings.is_secure)
    app.add_middleware(Measured)
    add_routes(app, (health.router, metrics.router, assets.router, live.router, *ROUTERS))
    return app


def peers(settings: Settings) -> dict[str, str]:
    """Where each service is, by name."""
    names = ("identity", "quotes", "billing", "dunning", "notify")
    return {name: str(getattr(settings, f"{name}_url")).rstrip("/") for name in names}


if __name__ == "__main__":
    if sys.argv[1:] != ["api"]:
        sys.exit("usage: python -m services.console.main api")
    own = load(Settings)
    telemetry.start("console", own)
    expiries.tell(own)
    main.serve(create_app(own), own)

"""`python -m services.quotes.main api|worker|migrate`."""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import FastAPI

import chassis.main
from chassis import worker
from chassis.app import Service
from chassis.auth import Mint
from chassis.bus import Subscription
from chassis.clients import http_client
from chassis.http import Peer
from chassis.limits import Limits
from chassis.personal.restored import ErasingAgain
from chassis.printing import Printer
from chassis.worker import Worker
from contracts.quote_followup import WORKFLOW
from services.quotes import handlers
from services.quotes.billing import Billing
from services.quotes.documents.making import PATIENCE
from services.quotes.failing import api as failing_api
from services.quotes.links import api as links_api
from services.quotes.links.secrets import Links
from services.quotes.pipeline import api as pipeline_api
from services.quotes.privacy import api as privacy_api
from services.quotes.privacy import store as privacy
from services.quotes.public import api as public_api
from services.quotes.quotes import api
from services.quotes.quotes.use_cases import Desk
from services.quotes.settings import QuotesSettings
from workflows.client import check, connect_as_set
from workflows.failing import asking


async def open_desk(app: FastAPI) -> Callable[[], Awaitable[None]]:
    """The client of billing, and the printer, whose processes `/readyz` waits for."""
    settings: QuotesSettings = app.state.settings
    http = http_client()
    printer = Printer(wall_seconds=PATIENCE)
    billing = Billing(Peer(http, settings.billing_url.rstrip("/"), Mint.of(settings), "quotes"))
    links = Links.of(settings.signing_key.read_text(), settings.console_url)
    app.state.desk = Desk(billing, printer, links)
    app.state.limits = Limits()
    app.state.checks["printing"] = printer.ready

    async def close() -> None:
        await printer.close()
        await http.aclose()

    return close


async def open_temporal(app: FastAPI) -> Callable[[], Awaitable[None]]:
    """Asked by those who look after the installation; the connection is made at the first question."""
    app.state.failing = await asking(app.state.settings, WORKFLOW)

    async def close() -> None:
        """The client has no end of its own."""

    return close


ROUTERS = [api.router, links_api.router, pipeline_api.router, public_api.router, failing_api.router, privacy_api.router]

SERVICE = Service("quotes", "Relance quotes", routers=ROUTERS, opens=[open_desk, open_temporal])


async def work(settings: QuotesSettings) -> None:
    """Publish what happened to quotes, and start and close their follow-up."""
    temporal = await connect_as_set(settings)
    erasing_again = ErasingAgain(privacy.HOLDINGS, handlers.ERASE)

    async def subscribe(of: Worker) -> Sequence[Subscription]:
        return [
            *handlers.subscriptions(temporal, clock=of.settings.clock),
            handlers.outcomes_of_mails(of.now),
            handlers.erasures(of.now),
        ]

    await worker.run(
        "quotes",
        settings,
        subscribe=subscribe,
        loops=(handlers.MissingFollowUps(temporal).watch, erasing_again.watch),
        checks={"temporal": lambda: check(temporal)},
        prunings=privacy.prunings(settings),
    )


if __name__ == "__main__":
    chassis.main.run(SERVICE, QuotesSettings, work)

"""The web side: JSON under /api for programs, pages for people."""

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from deploy.local.mailbox import api, pages
from deploy.local.mailbox.desk import Desk
from deploy.local.mailbox.desk_pages import add_desk
from deploy.local.mailbox.store import Store


def create_app(store: Store, desk: Desk | None = None) -> FastAPI:
    """The application over one store, and a desk where there is one.

    It answers to local names only, so that no web page elsewhere reads it.
    """
    app = FastAPI(title="Relance mailbox", version="1", docs_url="/docs", redoc_url=None)
    app.state.store = store
    app.state.desk = desk
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.include_router(api.router)
    app.include_router(pages.router)
    if desk is not None:
        add_desk(app)
    return app

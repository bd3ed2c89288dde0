"""`python -m services.identity.main api|worker|migrate`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from fastapi import FastAPI

import chassis.main
from chassis import worker
from chassis.app import Service
from chassis.clients import http_client
from chassis.key_set import Source
from services.identity import handlers
from services.identity.api_keys.api import router as api_keys
from services.identity.audit.api import router as audit
from services.identity.figures import measures as figures
from services.identity.house import House
from services.identity.oidc.api import router as oidc
from services.identity.oidc.provider import Provider
from services.identity.organisations.api import router as organisations
from services.identity.passwords import Passwords
from services.identity.privacy import store as privacy
from services.identity.privacy.api import router as customer_data
from services.identity.profiles.api import router as profiles
from services.identity.resets.api import router as resets
from services.identity.sessions.api import router as sessions
from services.identity.settings import Settings
from services.identity.signing import use_cases as signing_keys
from services.identity.signing.api import router as signing
from services.identity.tokens.api import router as tokens
from services.identity.users.api import router as users
from services.identity.views.api import router as views


async def open_house(app: FastAPI) -> Callable[[], Awaitable[None]]:
    """`app.state.house`: what the use cases stand on. Its own keys are checked without a detour."""
    settings: Settings = app.state.settings
    sealer = settings.sealer
    own = Source(lambda: signing_keys.published(app.state.sessions, sealer, now=app.state.real_now()))
    app.state.keys = replace(app.state.keys, sources=[own, *app.state.keys.sources])
    http = http_client()
    app.state.house = House(settings, app.state.sessions, Passwords.of(settings), sealer, Provider.of(settings, http))
    return http.aclose


SERVICE = Service(
    "identity",
    "Relance identity",
    (signing, tokens, sessions, oidc, users, resets, profiles, api_keys, organisations, audit, views, customer_data),
    opens=(open_house,),
)


async def work(settings: Settings) -> None:
    """Rotate the signing keys, send links, keep the audit, and drop what has expired."""
    loops = (handlers.rotating(settings), handlers.sending(settings), handlers.forgetting(settings))
    await worker.run(
        SERVICE.name,
        settings,
        subscribe=handlers.subscribe,
        loops=loops,
        measures=figures.measures,
        prunings=privacy.prunings(settings),
    )


if __name__ == "__main__":
    chassis.main.run(SERVICE, Settings, work)

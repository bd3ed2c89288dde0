"""The duties of identity's worker."""

from collections.abc import Sequence
from datetime import timedelta

from chassis.bus import Subscription
from chassis.clock import real_now
from chassis.worker import Loop, Worker
from contracts.topology import IDENTITY_AUDIT
from services.identity.audit import use_cases as audit
from services.identity.oidc import store as authorizations
from services.identity.oidc.domain import last_forgotten
from services.identity.resets import store as resets
from services.identity.resets.sending import send_next
from services.identity.resets.waiting import Waiting
from services.identity.sessions import store as sessions
from services.identity.settings import Settings
from services.identity.signing import use_cases as signing
from services.identity.throttle import store as throttle


async def subscribe(_: Worker) -> Sequence[Subscription]:
    return [Subscription(IDENTITY_AUDIT, audit.keep, deduplicate=False)]


SEALED_ANEW_AFTER = timedelta(minutes=10)
"""Since the worker started: processes of the release before, or with the sealing keys of before, have ended by then."""


def rotating(settings: Settings) -> Loop:
    sealer, started = settings.sealer, real_now()

    async def rotate_keys(worker: Worker) -> None:
        await signing.rotate(worker.sessions, sealer, lives=settings.signing_key_lives, now=real_now())
        if real_now() > started + SEALED_ANEW_AFTER:
            await signing.seal_anew(worker.sessions, sealer)
        await worker.pause(60)

    return rotate_keys


def sending(settings: Settings) -> Loop:
    waiting = Waiting()

    async def send_links(worker: Worker) -> None:
        """Once a second; a link whose mail the relay refuses holds up no other."""
        while await send_next(worker.sessions, settings, waiting, now=real_now()):
            pass
        await worker.pause(1)

    return send_links


def forgetting(settings: Settings) -> Loop:
    async def forget(worker: Worker) -> None:
        """Once an hour, drop what nobody needs any more."""
        now = real_now()
        async with worker.sessions() as session, session.begin():
            await throttle.forget_before(session, now - timedelta(days=2))
            await sessions.forget_before(session, now - settings.sessions_kept)
            await resets.forget_before(session, now - settings.sessions_kept)
            await authorizations.forget_before(session, last_forgotten(now))
        await worker.pause(3600)

    return forget

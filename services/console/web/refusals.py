"""Telling the audit what a page refused by itself: no service was asked, so none tells it."""

import asyncio
import logging

from chassis.auditing import action_of
from chassis.http import PeerRefused, PeerUnavailable
from chassis.redaction import redacted
from contracts.rights import Right
from services.console.peers.identity import Identity, Refusal
from services.console.web.visit import Visit

log = logging.getLogger(__name__)

PATIENCE_S = 2.0
LONGEST = 500


async def tell(visit: Visit, right: Right) -> None:
    """In the reader's name, if identity takes it soon: the page that says no waits for nothing else."""
    request = visit.request
    refusal = Refusal(right=right, path=request.url.path[:LONGEST], action=action_of(request))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await Identity(visit.client("identity")).tell_refusal(refusal)
    except (PeerRefused, PeerUnavailable, TimeoutError) as trouble:
        log.warning("a refusal could not be told to the audit: %s", redacted(str(trouble)))

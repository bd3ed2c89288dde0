"""Tells the audit of each request: what it changed, in its own transaction, or that it was refused."""

import logging
from collections.abc import Callable

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import audit
from chassis.caller import Caller
from chassis.changes import watch
from chassis.database import Sessions
from chassis.problems import DomainError, answer_of
from contracts.events.audit import Outcome

log = logging.getLogger(__name__)

READS = {"GET", "HEAD", "OPTIONS"}


def watching(request: Request, session: AsyncSession) -> Callable[[], None]:
    """What to call before the commit: it tells what the session wrote, if a person or their program did."""
    if request.method in READS or _is_not_told(request):
        return lambda: None
    changes = watch(session.sync_session)

    def tell() -> None:
        caller = caller_in(request)
        listed = changes.listed() if caller is not None else []
        if caller is None or not listed:
            return
        state = request.app.state
        audit.record(
            session, caller, service=state.service, action=action_of(request), changes=listed, at=state.real_now()
        )

    return tell


def _is_not_told(request: Request) -> bool:
    """Where the caller is known before the transaction begins: noting what a service writes is dear, and for nobody."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller is not None and not audit.is_told(caller)


async def refused(request: Request, error: Exception) -> Response:
    """The answer to what the caller may not do, which is told too."""
    assert isinstance(error, DomainError)  # noqa: S101 (registered for this class alone)
    answer: JSONResponse = answer_of(error)
    caller = caller_in(request)
    if caller is None:
        return answer
    try:
        await _tell_refusal(request, caller, str(error))
    except (SQLAlchemyError, OSError, TimeoutError) as trouble:
        log.error("a refusal could not be told to the audit", exc_info=trouble)
    return answer


async def _tell_refusal(request: Request, caller: Caller, reason: str) -> None:
    state = request.app.state
    sessions: Sessions = state.sessions
    async with sessions() as session, session.begin():
        audit.record(
            session,
            caller,
            service=state.service,
            action=action_of(request),
            object=request.url.path[:500],
            outcome=Outcome.REFUSED,
            reason=reason,
            at=state.real_now(),
        )


def caller_in(request: Request) -> Caller | None:
    """The one whose doings are told, None when there is none."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller if caller is not None and audit.is_told(caller) else None


def action_of(request: Request) -> str:
    """The name of the endpoint, such as `issue_invoice`."""
    return str(getattr(request.scope.get("endpoint"), "__name__", request.method.lower()))

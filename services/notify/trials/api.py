"""Endpoint: send a text to oneself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.idempotency import HEADER, IdempotentRoute
from contracts.base import Key
from contracts.rights import Right
from services.notify.letters.api import CurrentPress
from services.notify.messages.api import desk_of
from services.notify.messages.desk import Desk
from services.notify.trials import use_cases
from services.notify.trials.schemas import TrialInput, TrialView

router = APIRouter(prefix="/templates", tags=["templates"], route_class=IdempotentRoute)

Tester = Annotated[Caller, require(Right.TEMPLATES_TEST)]
Once = Annotated[str | None, Header(alias=HEADER, min_length=1, max_length=200)]


@router.post("/{key}/tests")
async def send_test(
    key: Key,
    body: TrialInput,
    caller: Tester,
    desk: Annotated[Desk, Depends(desk_of)],
    press: CurrentPress,
    now: CurrentClock,
    once: Once = None,
) -> TrialView:
    """Send a text, saved or not, to the address of whoever asks, marked as a test. No message is made of it.

    200 with status sent, failed (refused for good) or uncertain; 409 `no_address_of_your_own` for a caller that is
    no person, `in_progress` while another request works on the key; 503 `relay_deferred` when it may be tried again.
    """
    trial = await use_cases.send_trial(desk, press, caller, key, body, key=once, now=now())
    return TrialView.model_validate(trial)

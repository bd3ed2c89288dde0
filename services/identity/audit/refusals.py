"""What the console refused by itself: it knows the rights of its readers, and asks no service that could tell of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from chassis import audit
from chassis.auth import Caller, RightMissing
from contracts.base import Input, Text
from contracts.events.audit import Outcome
from contracts.rights import Right
from services.identity.house import House
from services.identity.throttle import use_cases as throttle
from services.identity.throttle.models import Target

SERVICE = "console"


class RefusalInput(Input):
    """Of which page: its address, and `action`, the name of what answers there, such as `issue_invoice`."""

    right: Right
    path: Annotated[Text, Field(min_length=1, max_length=500)]
    action: Annotated[str, Field(pattern="^[a-z][a-z_]*$", max_length=100)]


async def tell(house: House, caller: Caller, refusal: RefusalInput, *, now: datetime) -> None:
    """What a service tells of whom it refuses. Nothing of a right that the caller has; 429 after too many."""
    if not audit.is_told(caller) or refusal.right in caller.rights:
        return
    async with house.sessions() as session, session.begin():
        await throttle.take(session, Target.REFUSAL, f"{caller.organisation}/{caller.subject}", now=now)
        audit.record(
            session,
            caller,
            service=SERVICE,
            action=refusal.action,
            object=refusal.path,
            outcome=Outcome.REFUSED,
            reason=str(RightMissing(caller, refusal.right)),
            at=now,
        )

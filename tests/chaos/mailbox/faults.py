"""The ways in which a relay misbehaves."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from contracts.base import Instant


class Fault(StrEnum):
    """Where it strikes, and what the sender is told."""

    DEFER_RECIPIENT = "451 to the recipient"
    DEFER_CONTENT = "452 to the content"
    REFUSE_RECIPIENT = "550 to the recipient"
    REFUSE_CONTENT = "554 to the content"
    HANG_SENDER = "silent from the sender's address on"
    HANG_CONTENT = "silent after the content, which is lost"
    DROP = "connection dropped after the content, which is lost"
    KEEP_AND_DROP = "connection dropped after the content was accepted"
    KEEP_AND_HANG = "silent after the content was accepted"
    KEEP_AND_LINGER = "one answer that comes a second after the content was accepted"


AMBIGUOUS = frozenset({Fault.HANG_CONTENT, Fault.DROP, Fault.KEEP_AND_DROP, Fault.KEEP_AND_HANG})
"""After these the sender cannot know whether the message was accepted."""
REFUSING = frozenset({Fault.REFUSE_RECIPIENT, Fault.REFUSE_CONTENT})
"""After these the message is given up."""
BEFORE_THE_CONTENT = frozenset({Fault.DEFER_RECIPIENT, Fault.REFUSE_RECIPIENT, Fault.HANG_SENDER})
"""A message whose recipient was accepted before such a spell began is none of its business."""

FAMILIES = (
    (Fault.DEFER_RECIPIENT, Fault.DEFER_CONTENT),
    (Fault.REFUSE_RECIPIENT, Fault.REFUSE_CONTENT),
    (Fault.HANG_SENDER, Fault.HANG_CONTENT, Fault.KEEP_AND_HANG),
    (Fault.DROP,),
    (Fault.KEEP_AND_DROP,),
)
"""What a run draws from, one of each family before any family a second time. A run that is long enough proves nothing
unless each family met something: these are the faults that docs/operating.md names."""


class FaultOrder(BaseModel):
    """Misbehave until this real instant."""

    fault: Fault
    until: Instant


class Struck(BaseModel):
    """A fault that met a message, in real time. `recipient`: whose, where the relay had been told."""

    fault: Fault
    at: datetime
    recipient: str | None


class Conversation(BaseModel):
    """One message as the relay saw it, in real time: it left its sender between `began` and `received`.

    `kept` is its id in the mailbox, None when its content was lost.
    """

    key: str
    began: datetime
    received: datetime
    fault: Fault | None
    kept: str | None

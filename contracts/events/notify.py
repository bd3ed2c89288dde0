"""What notify tells of messages, letters and tasks. `key` is the business key of the request that caused them."""

from typing import Any, ClassVar

from pydantic import Field

from contracts.events.base import Event

_OUTCOME: dict[str, Any] = {
    "organisation": "demo",
    "key": "0197f3c2-0000-7000-8000-000000000042:standard:first-reminder:1",
    "recipient": "anne@garage-lefevre.example",
    "outcome": "sent",
    "reason": None,
}


class ActionEvent(Event):
    key: str
    recipient: str
    outcome: str
    reason: str | None = None


class MessageSent(ActionEvent):
    type: ClassVar[str] = "notify.message.sent.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME


class MessageFailed(ActionEvent):
    """The relay refused for good, or nobody knows whether it accepted (`outcome` is `uncertain`)."""

    type: ClassVar[str] = "notify.message.failed.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME | {"outcome": "failed", "reason": "550 no such user"}


class MessageBounced(ActionEvent):
    """The relay had accepted it, and it came back. `code`: the status of RFC 3463, such as 5.1.1."""

    type: ClassVar[str] = "notify.message.bounced.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME | {
        "outcome": "bounced",
        "reason": "550 5.1.1 no such user",
        "code": "5.1.1",
        "address_is_dead": True,
    }

    code: str
    address_is_dead: bool = Field(description="Nothing is sent to it until a person has looked at it.")


class LetterPrepared(ActionEvent):
    type: ClassVar[str] = "notify.letter.prepared.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME | {"recipient": "Garage Lefèvre", "outcome": "prepared"}


class LetterPosted(ActionEvent):
    type: ClassVar[str] = "notify.letter.posted.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME | {"recipient": "Garage Lefèvre", "outcome": "posted"}


class TaskOpened(ActionEvent):
    type: ClassVar[str] = "notify.task.opened.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME | {"recipient": "collector", "outcome": "opened"}


class TaskCompleted(ActionEvent):
    type: ClassVar[str] = "notify.task.completed.v1"
    example: ClassVar[dict[str, Any]] = _OUTCOME | {"recipient": "collector", "outcome": "promised"}

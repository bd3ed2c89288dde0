"""The base of events and the list of all of them."""

from typing import Any, ClassVar, Self

from contracts.base import Contract, OrganisationId

EVENTS: dict[str, type["Event"]] = {}


class Event(Contract):
    """A fact. `type` is also its subject on the bus; `example` is a valid body, shown in the schemas."""

    type: ClassVar[str]
    example: ClassVar[dict[str, Any]]

    organisation: OrganisationId

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "type" in cls.__dict__:
            EVENTS[cls.type] = cls

    @classmethod
    def of(cls, event: "Event") -> Self:
        """The event as one of this class, which is all that its consumer brings; TypeError for any other."""
        if not isinstance(event, cls):
            raise TypeError(f"{event.type}: {cls.__name__} is expected")
        return event


def event_of_type(name: str) -> type[Event]:
    """The event class of a type such as `billing.invoice.issued.v1`; KeyError when there is none."""
    return EVENTS[name]

"""The base of events and the list of all of them."""

from typing import Any, ClassVar

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


def event_of_type(name: str) -> type[Event]:
    """The event class of a type such as `billing.invoice.issued.v1`; KeyError when there is none."""
    return EVENTS[name]

"""Facts that are told once more, since the bus lost them before all who read them had.

Who hears a fact of how things stand twice does nothing the second time, so it is told with a new id.
"""

from pydantic import BaseModel, Field

from contracts.base import Input, Instant


class Since(Input):
    """From when on facts are told again; business time."""

    since: Instant


class ToldAgain(BaseModel):
    """`next`: the `cursor` with which to go on, None once everything was told."""

    told: int = Field(description="How many facts go out once more")
    next: str | None

"""What seller and customer have in common when they come from outside."""

from typing import Annotated

from pydantic import ConfigDict, Field

from contracts.parties import Address
from services.billing.texts import Line

AddressLine = Annotated[Line, Field(min_length=1, max_length=100)]


class AddressInput(Address):
    """An address as given: an unknown field is a mistake and is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: Annotated[list[AddressLine], Field(min_length=1, max_length=5)]
    postal_code: Annotated[Line, Field(max_length=20)] = ""
    city: Annotated[Line, Field(min_length=1, max_length=100)]

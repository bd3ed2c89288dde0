"""What `/views` takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from contracts.base import Input, Key, Text


def _without_mark(value: str) -> str:
    if value.startswith("?") or "#" in value or not value.isprintable():
        raise ValueError("expected a query string without its question mark, such as late=true&sort=due")
    return value


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


ViewName = Annotated[Text, Field(min_length=1, max_length=100), BeforeValidator(_trimmed)]
QueryString = Annotated[Text, Field(max_length=2000), AfterValidator(_without_mark)]


class ViewChange(Input):
    name: ViewName
    query: QueryString


class ViewInput(ViewChange):
    """`page` is the page's own name, for example `receivables`."""

    page: Key


class SavedViewView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    page: str
    name: str
    query: str
    created_at: datetime
    changed_at: datetime

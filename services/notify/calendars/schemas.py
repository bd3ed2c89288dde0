"""What `/calendar-feed` and `/calendar-feeds` take and give."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Input, Instant
from contracts.lines import OneLine
from contracts.parties import Language


class FeedInput(Input):
    """`assignee`: whose calls; absent, everyone's. `language` is that of the entries."""

    assignee: Annotated[OneLine, Field(min_length=1, max_length=100)] | None = None
    language: Language = Language.FRENCH


class FeedView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    owner: str
    owner_name: str
    assignee: str | None
    language: Language
    created_at: Instant
    expires_at: Instant


class NewFeed(BaseModel):
    """`secret` is shown this once: `GET /public/calendars/{secret}` is the calendar."""

    feed: FeedView
    secret: str

"""Settings of the quotes service."""

from datetime import timedelta

from pydantic import Field, FilePath

from chassis.settings import ServiceSettings, TemporalSettings


class QuotesSettings(ServiceSettings, TemporalSettings):
    """The key signs the tokens with which quotes reads customers and the seller from billing; the secrets of the
    links to quotes are made of it too. `console_url` is where those links lead."""

    port: int = Field(default=8001, ge=1, le=65535)
    signing_key: FilePath
    billing_url: str = "http://127.0.0.1:8002"
    console_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^/?#]+/?$")
    drafts_kept: timedelta = Field(
        default=timedelta(days=365),
        ge=timedelta(days=1),
        description="Drafts that were never sent, from their last change, in business time",
    )
    quotes_kept: timedelta = Field(
        default=timedelta(days=4380),
        ge=timedelta(days=4380),
        description="Names, words and documents of closed quotes: more than ten years from the end of a year",
    )

"""Settings of the quotes service."""

from pydantic import Field, FilePath

from chassis.settings import ServiceSettings, TemporalSettings


class QuotesSettings(ServiceSettings, TemporalSettings):
    """The key signs the tokens with which quotes reads customers and the seller from billing; the secrets of the
    links to quotes are made of it too. `console_url` is where those links lead."""

    port: int = Field(default=8001, ge=1, le=65535)
    signing_key: FilePath
    billing_url: str = "http://127.0.0.1:8002"
    console_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^/?#]+/?$")

"""What the console reads from its environment."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from chassis.settings import AuthSettings, BusSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(AuthSettings, BusSettings):
    """`console_url` is how browsers reach the console: cookies and the check of origins follow from it."""

    port: int = Field(default=8000, ge=1, le=65535)
    console_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^/?#]+$")
    identity_url: str = "http://127.0.0.1:8005"
    quotes_url: str = "http://127.0.0.1:8001"
    billing_url: str = "http://127.0.0.1:8002"
    dunning_url: str = "http://127.0.0.1:8003"
    notify_url: str = "http://127.0.0.1:8004"

    @property
    def is_secure(self) -> bool:
        return self.console_url.startswith("https://")

    @model_validator(mode="after")
    def a_session_travels_encrypted(self) -> Self:
        if not self.is_secure and urlsplit(self.console_url).hostname not in LOOPBACK:
            raise ValueError(f"console_url: {self.console_url!r} is neither https nor on the loopback address")
        return self

"""What the identity service reads from its environment."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Times are real time."""

    port: int = Field(default=8005, ge=1, le=65535)
    trusted_proxies: str = Field(
        default="127.0.0.0/8,::1/128", description="Networks whose word on a browser's address is taken"
    )
    session_idle: timedelta = Field(default=timedelta(hours=12), gt=timedelta(0))
    session_lives: timedelta = Field(default=timedelta(days=14), gt=timedelta(0))
    signing_key_lives: timedelta = Field(default=timedelta(days=30), ge=timedelta(hours=1))
    argon2_memory: int = Field(default=65_536, ge=8, description="KiB for one password")
    argon2_time: int = Field(default=3, ge=1)
    passwords_at_once: int = Field(default=4, ge=1, le=64, description="Passwords checked at the same time")

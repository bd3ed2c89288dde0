"""Settings of notify."""

from datetime import timedelta
from enum import StrEnum

from pydantic import EmailStr, Field, SecretStr

from chassis.settings import ServiceSettings


class SmtpTls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(ServiceSettings):
    port: int = Field(default=8004, ge=1, le=65535)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: SmtpTls = SmtpTls.NONE
    smtp_timeout: float = Field(
        default=10, gt=0, le=25, description="Seconds to reach the relay, and again to hand a message over"
    )
    smtp_connections: int = Field(default=8, ge=1, le=100, description="At most, for each process")
    sender_address: EmailStr | None = Field(
        default=None, description="Who writes for an organisation that has no e-mail address of its own"
    )
    bounce_domain: str | None = Field(
        default=None,
        max_length=180,
        pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$",
        description="Messages come back to bounces+…@ this domain; without it to who wrote them",
    )
    template_workers: int = Field(default=2, ge=1, le=32, description="Processes that render templates")
    messages_kept: timedelta = Field(
        default=timedelta(days=1825),
        ge=timedelta(days=1),
        description="E-mails, letters and calls that are done with, in business time; then without words and names",
    )

    @property
    def serving_grace(self) -> float:
        """A message that the relay has taken is written down before the process ends, or nobody knows whether it left:
        waiting for a connection, the relay's two answers, and writing down the second."""
        return 3 * self.smtp_timeout + 10

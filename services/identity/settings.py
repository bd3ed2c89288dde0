"""What the identity service reads from its environment."""

from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import EmailStr, Field, SecretStr, field_validator, model_validator

from chassis.addresses import networks
from chassis.settings import ServiceSettings
from services.identity.oidc.addresses import is_safe
from services.identity.sealing import Sealer


class SmtpTls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(ServiceSettings):
    """Times are real time."""

    port: int = Field(default=8005, ge=1, le=65535)
    console_url: str = Field(default="http://127.0.0.1:8000", description="Where the links in e-mails lead")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: SmtpTls = SmtpTls.NONE
    smtp_timeout: float = Field(default=10, gt=0, le=25)
    sender_address: EmailStr = Field(default="relance@localhost.localdomain", description="Who writes to users")
    trusted_proxies: str = Field(
        default="127.0.0.0/8,::1/128", description="Networks whose word on a browser's address is taken"
    )
    session_idle: timedelta = Field(default=timedelta(hours=12), gt=timedelta(0))
    session_lives: timedelta = Field(default=timedelta(days=14), gt=timedelta(0))
    sealing_keys: SecretStr = Field(
        description="Under these its signing keys stand in the database: the first seals, each opens; commas between"
    )
    signing_key_lives: timedelta = Field(default=timedelta(days=30), ge=timedelta(hours=1))
    argon2_memory: int = Field(default=65_536, ge=8, description="KiB for one password")
    argon2_time: int = Field(default=3, ge=1)
    passwords_at_once: int = Field(default=4, ge=1, le=64, description="Passwords checked at the same time")

    sessions_kept: timedelta = Field(
        default=timedelta(days=30),
        ge=timedelta(days=1),
        description="Sessions that ended, with their device and address, and used links",
    )
    audit_kept: timedelta = Field(
        default=timedelta(days=2190), ge=timedelta(days=1), description="Entries of the audit"
    )

    oidc_issuer: str | None = Field(default=None, description="The identity provider; none: sign-in by password alone")
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = Field(default=None, description="None for a public client")
    oidc_scopes: str = Field(default="openid email profile", pattern=r"^openid( [\x21-\x7e]+)*$")
    oidc_name: str = Field(default="OpenID Connect", min_length=1, max_length=60, description="As people call it")
    oidc_trusts_email: bool = Field(
        default=False, description="Take e-mail addresses that the provider does not call verified"
    )
    oidc_clock_skew: timedelta = Field(default=timedelta(seconds=60), ge=timedelta(0), le=timedelta(minutes=5))
    oidc_timeout: float = Field(default=5, gt=0, le=30, description="Seconds for one call of the provider")

    @property
    def sealer(self) -> Sealer:
        return Sealer.of(self.sealing_keys.get_secret_value())

    @field_validator("trusted_proxies")
    @classmethod
    def _trusts_networks(cls, text: str) -> str:
        networks(text)
        return text

    @field_validator("sealing_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr) -> SecretStr:
        Sealer.of(keys.get_secret_value())
        return keys

    @model_validator(mode="after")
    def the_provider_is_whole(self) -> Self:
        if self.oidc_issuer is not None and not is_safe(self.oidc_issuer):
            raise ValueError(f"oidc_issuer: {self.oidc_issuer!r} is neither https nor on the loopback address")
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("oidc_issuer and oidc_client_id belong together; expected both or none")
        return self

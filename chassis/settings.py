"""Settings: read once from the environment, typed, frozen; a wrong one stops the start and is named."""

import ssl
import sys
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

from pydantic import Field, FilePath, PostgresDsn, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import listening
from chassis.addresses import networks
from chassis.bus_access import Access
from chassis.tls import trusting
from contracts.clock import EPOCH, Clock

PREFIX = "RELANCE_"


class Settings(BaseSettings):
    """What every process reads. Each service adds its own."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Where it listens; *: on every address of IPv4 and of IPv6")
    port: int = Field(default=8100, ge=1, le=65535)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    otlp_endpoint: str | None = Field(default=None, description="Where traces go, http://collector:4318")
    metrics_every: timedelta = Field(
        default=timedelta(seconds=15), gt=timedelta(0), description="Real time between two readings of the gauges"
    )
    forwarded_allow_ips: str = Field(
        default="127.0.0.1",
        validation_alias="FORWARDED_ALLOW_IPS",
        description="Networks whose word on a browser's address is taken; uvicorn's own setting, * is anybody",
    )
    clock_origin: datetime = EPOCH
    clock_started: datetime = EPOCH
    clock_speed: float = Field(default=1.0, gt=0)

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        """uvicorn takes what is none for the name of a host, and trusts nobody."""
        if text != "*":
            networks(text)
        return text

    @property
    def serving_grace(self) -> float:
        """Seconds that requests at hand may take to end after SIGTERM; a pod's grace period must be longer."""
        return 10

    @property
    def clock(self) -> Clock:
        return Clock(origin=self.clock_origin, started=self.clock_started, speed=self.clock_speed)


class AuthSettings(Settings):
    """How bearer tokens are checked; with `signing_key` a service signs what it asks of other services."""

    auth_jwks: str = Field(description="The key sets that sign tokens: paths or https addresses, with commas between")
    auth_issuer: str = "relance"
    auth_audience: str = "relance"
    signing_key: Path | None = Field(default=None, description="Path of the private key for service tokens")

    @property
    def jwks_sources(self) -> list[str]:
        return [source.strip() for source in self.auth_jwks.split(",") if source.strip()]


class DatabaseTls(StrEnum):
    PREFER = "prefer"
    VERIFY_FULL = "verify-full"


class DatabaseSettings(BaseSettings):
    """A process with a database."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: SecretStr
    database_tls: DatabaseTls = Field(
        default=DatabaseTls.PREFER, description="verify-full: only encrypted, and only to the server that is named"
    )
    database_ca: FilePath | None = Field(default=None, description="Who signs its certificate; else the system's")

    @property
    def dsn(self) -> str:
        return self.database_url.get_secret_value()

    @property
    def database_context(self) -> ssl.SSLContext | None:
        return trusting(self.database_ca) if self.database_tls is DatabaseTls.VERIFY_FULL else None

    @field_validator("database_ca")
    @classmethod
    def _is_a_certificate(cls, path: Path | None) -> Path | None:
        return path if path is None else _certificate(path)


class NatsTls(StrEnum):
    NONE = "none"
    TLS = "tls"
    HANDSHAKE_FIRST = "handshake_first"


class BusSettings(Settings):
    """A process on the bus."""

    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]+$", description="Also where answers come: _INBOX_<user>.>"
    )
    nats_password: SecretStr | None = None
    nats_credentials: FilePath | None = Field(default=None, description="A .creds file, instead of a password")
    nats_tls: NatsTls = Field(default=NatsTls.NONE, description="tls, or handshake_first: before the server speaks")
    nats_ca: FilePath | None = Field(default=None, description="Who signs its certificate; else the system's")

    @property
    def bus(self) -> Access:
        password = self.nats_password
        return Access(
            self.nats_url,
            user=self.nats_user,
            password=password.get_secret_value() if password else None,
            credentials=self.nats_credentials,
            tls=None if self.nats_tls is NatsTls.NONE else trusting(self.nats_ca),
            handshake_first=self.nats_tls is NatsTls.HANDSHAKE_FIRST,
        )

    @field_validator("nats_ca")
    @classmethod
    def _signs(cls, path: Path | None) -> Path | None:
        return path if path is None else _certificate(path)

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if self.nats_password and not self.nats_user:
            raise ValueError(f"{PREFIX}NATS_PASSWORD is given; expected {PREFIX}NATS_USER too")
        return self


class ServiceSettings(DatabaseSettings, BusSettings, AuthSettings):
    """A service with a database, on the bus."""

    database_pool: int = Field(default=20, ge=1, le=200)
    certificates: str = Field(
        default="", description="Paths of PEM certificates whose expiry is told to Prometheus, with commas between"
    )
    database_limit: int | None = Field(
        default=None, gt=0, description="Bytes that the database may take; only told to Prometheus, for its alert"
    )
    idempotency_kept: timedelta = Field(
        default=timedelta(days=30),
        ge=timedelta(days=1),
        description="How long the answer to a request with an Idempotency-Key is kept",
    )

    inbox_kept: timedelta = Field(
        default=timedelta(days=60),
        ge=timedelta(days=1),
        description="Ids of messages that were seen; longer than the streams keep any that could come again",
    )

    @property
    def watched_certificates(self) -> list[Path]:
        return [Path(path.strip()) for path in self.certificates.split(",") if path.strip()]


class TemporalSettings(Settings):
    """A process that starts workflows or works on them."""

    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    temporal_metrics: str | None = Field(
        default=None,
        pattern=r"^([^\s:]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$",
        description="Where the Temporal client tells its own metrics to Prometheus, *:9464; none: nowhere",
    )
    temporal_server_name: str | None = Field(
        default=None, description="The name in its certificate, where it is not that of the address"
    )
    temporal_ca: FilePath | None = Field(default=None, description="Who signs its certificate; else the system's")
    temporal_certificate: FilePath | None = Field(default=None, description="Ours, for mutual TLS")
    temporal_certificate_key: FilePath | None = None

    @field_validator("temporal_metrics")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        return address if address is None else listening.by_one_socket(address)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.temporal_certificate is None) != (self.temporal_certificate_key is None):
            raise ValueError(
                f"{PREFIX}TEMPORAL_CERTIFICATE and {PREFIX}TEMPORAL_CERTIFICATE_KEY: expected both or none"
            )
        secured = {
            "TEMPORAL_API_KEY": self.temporal_api_key,
            "TEMPORAL_SERVER_NAME": self.temporal_server_name,
            "TEMPORAL_CA": self.temporal_ca,
            "TEMPORAL_CERTIFICATE": self.temporal_certificate,
        }
        given = [PREFIX + name for name, value in secured.items() if value is not None]
        if given and not self.temporal_tls:
            raise ValueError(f"{', '.join(given)}: expected {PREFIX}TEMPORAL_TLS=true beside it")
        return self


AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def load(cls: type[AnySettings]) -> AnySettings:
    """The settings of this process, or exit code 1 with the name of each wrong one and what is expected."""
    try:
        settings = cls()
        if isinstance(settings, ServiceSettings):
            check_dsn(settings.dsn)
    except ValidationError as error:
        lines = [
            f"  {name(item['loc'])}: {item['msg']}" for item in error.errors(include_input=False, include_url=False)
        ]
        sys.exit("\n".join(_explained(lines)))
    except ValueError as error:
        sys.exit("\n".join(_explained([f"  {PREFIX}DATABASE_URL: {error}"])))
    return settings


def check_dsn(dsn: str) -> None:
    """ValueError unless it is a PostgreSQL address for the asyncpg driver; the address itself is a secret."""
    try:
        address = PostgresDsn(dsn)
    except ValidationError:
        address = None
    if address is None or address.scheme != "postgresql+asyncpg":
        raise ValueError("expected postgresql+asyncpg://user:password@host:port/database")


def _certificate(path: Path) -> Path:
    trusting(path)
    return path


def name(location: tuple[int | str, ...]) -> str:
    if location and str(location[0]).isupper():  # a variable of another's, by its own name
        return str(location[0])
    return PREFIX + "_".join(str(part) for part in location).upper()


def _explained(lines: list[str]) -> list[str]:
    return ["This process cannot start. Environment variables that are missing or wrong:", *lines]

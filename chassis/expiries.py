"""When the certificates and credentials of a process expire, for `/metrics`.

They are read anew each time, for files are renewed under the running process. One that cannot be read is named, and
keeps none of the others untold.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jwt
from cryptography.x509 import load_pem_x509_certificates
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import SecretStr

from chassis.clock import real_now
from chassis.settings import PREFIX, BusSettings, ServiceSettings, Settings, TemporalSettings

log = logging.getLogger(__name__)

API_KEY = f"{PREFIX}TEMPORAL_API_KEY"
USER = re.compile(rb"-BEGIN NATS USER JWT-+\s+(\S+)\s+-+END ")


@dataclass(eq=False)
class Expiries(Collector):
    """`nats_credentials`: a .creds file. Of it and of the API key, what says no end is not told."""

    certificates: Sequence[Path] = ()
    nats_credentials: Path | None = None
    temporal_api_key: SecretStr | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Expiries":
        return cls(
            settings.watched_certificates if isinstance(settings, ServiceSettings) else (),
            settings.nats_credentials if isinstance(settings, BusSettings) else None,
            settings.temporal_api_key if isinstance(settings, TemporalSettings) else None,
        )

    def collect(self) -> Iterable[GaugeMetricFamily]:
        first = "Until the first certificate of a file expires"
        certificates = GaugeMetricFamily("relance_certificate_expires_seconds", first, labels=["file"])
        shown = "Until what this process shows to NATS or Temporal expires"
        credentials = GaugeMetricFamily("relance_credential_expires_seconds", shown, labels=["credential"])
        named = "1 where a file that expires cannot be read"
        unreadable = GaugeMetricFamily("relance_file_unreadable", named, labels=["file"])
        for path, told, read in self._files(certificates, credentials):
            try:
                _tell(told, str(path), read(path.read_bytes()))
            except (OSError, ValueError) as error:
                log.warning("when %s expires cannot be read: %r", path, error)
                unreadable.add_metric([str(path)], 1)
            else:
                unreadable.add_metric([str(path)], 0)
        if self.temporal_api_key:
            _tell(credentials, API_KEY, end_of_token(self.temporal_api_key.get_secret_value()))
        return certificates, credentials, unreadable

    def _files(
        self, certificates: GaugeMetricFamily, credentials: GaugeMetricFamily
    ) -> Iterator[tuple[Path, GaugeMetricFamily, Callable[[bytes], datetime | None]]]:
        for path in self.certificates:
            yield path, certificates, first_end_of_certificates
        if self.nats_credentials:
            yield self.nats_credentials, credentials, end_of_credentials


def tell(settings: Settings) -> None:
    """From now on this process tells when what its settings name expires."""
    REGISTRY.register(Expiries.of(settings))


def _tell(told: GaugeMetricFamily, what: str, expires: datetime | None) -> None:
    if expires is not None:
        told.add_metric([what], (expires - real_now()).total_seconds())


def first_end_of_certificates(pem: bytes) -> datetime:
    """ValueError where there is none."""
    return min(each.not_valid_after_utc for each in load_pem_x509_certificates(pem))


def end_of_credentials(creds: bytes) -> datetime | None:
    """ValueError unless it is a .creds file."""
    found = USER.search(creds)
    if found is None:
        raise ValueError("expected a block NATS USER JWT")
    return end_of_token(found[1].decode())


def end_of_token(token: str) -> datetime | None:
    """None for one without an end, and for one that is no JWT: whether it is good, its server says."""
    try:
        end = jwt.decode(token, options={"verify_signature": False}).get("exp")
    except jwt.InvalidTokenError:
        return None
    return datetime.fromtimestamp(end, UTC) if isinstance(end, int | float) else None

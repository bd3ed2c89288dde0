"""How long the certificates and credentials of a process are good, as it tells Prometheus."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from chassis.expiries import API_KEY, Expiries
from services.console.settings import Settings as Console
from services.dunning.settings import Settings as Dunning
from workflows.settings import WorkerSettings as Workflows

DAY = 86_400


def a_certificate(days: int) -> bytes:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"good for {days} days")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=99), now + timedelta(days=days)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def a_token(days: int | None) -> str:
    end = {} if days is None else {"exp": datetime.now(UTC) + timedelta(days=days)}
    return jwt.encode({"sub": "relance"} | end, "k" * 32)


def a_creds_file(path: Path, days: int | None) -> Path:
    """As NATS writes it; the seed is none."""
    path.write_text(
        f"-----BEGIN NATS USER JWT-----\n{a_token(days)}\n------END NATS USER JWT------\n\n"
        "-----BEGIN USER NKEY SEED-----\nSUANOSEED\n------END USER NKEY SEED------\n"
    )
    return path


def told(expiries: Expiries) -> dict[str, dict[str, float]]:
    """By figure and label; spans in days."""
    return {
        family.name: {
            "".join(sample.labels.values()): round(sample.value / (DAY if family.name.endswith("_seconds") else 1), 2)
            for sample in family.samples
        }
        for family in expiries.collect()
    }


def test_of_a_bundle_the_first_certificate_to_expire_counts(tmp_path: Path) -> None:
    bundle, single, over = tmp_path / "ca.crt", tmp_path / "tls.crt", tmp_path / "old.crt"
    bundle.write_bytes(a_certificate(90) + a_certificate(5))
    single.write_bytes(a_certificate(30))
    over.write_bytes(a_certificate(-2))

    left = told(Expiries([bundle, single, over]))["relance_certificate_expires_seconds"]
    assert left == {str(bundle): 5, str(single): 30, str(over): -2}


def test_a_file_that_cannot_be_read_is_named_and_leaves_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good, missing, empty = tmp_path / "tls.crt", tmp_path / "missing.crt", tmp_path / "empty.crt"
    good.write_bytes(a_certificate(30))
    empty.write_bytes(b"")
    credentials = tmp_path / "nats.creds"
    credentials.write_bytes(b"no credentials at all")
    with caplog.at_level(logging.WARNING):
        figures = told(Expiries([missing, empty, good], credentials))

    assert figures["relance_certificate_expires_seconds"] == {str(good): 30}
    assert figures["relance_credential_expires_seconds"] == {}
    assert figures["relance_file_unreadable"] == {str(good): 0, str(missing): 1, str(empty): 1, str(credentials): 1}
    assert f"when {missing} expires cannot be read" in caplog.text


def test_a_file_that_was_renewed_is_read_anew(tmp_path: Path) -> None:
    file, expiries = tmp_path / "tls.crt", Expiries([tmp_path / "tls.crt"])
    assert told(expiries)["relance_file_unreadable"] == {str(file): 1}

    file.write_bytes(a_certificate(30))
    assert told(expiries)["relance_file_unreadable"] == {str(file): 0}
    file.write_bytes(a_certificate(90))
    assert told(expiries)["relance_certificate_expires_seconds"] == {str(file): 90}


def test_what_is_shown_to_nats_and_temporal_is_told_of(tmp_path: Path) -> None:
    creds = a_creds_file(tmp_path / "nats.creds", 20)

    figures = told(Expiries(nats_credentials=creds, temporal_api_key=SecretStr(a_token(7))))
    assert figures["relance_credential_expires_seconds"] == {str(creds): 20, API_KEY: 7}
    assert figures["relance_file_unreadable"] == {str(creds): 0}


@pytest.mark.parametrize("key", [a_token(None), "no-token-at-all"], ids=["a token without an end", "no token"])
def test_what_has_no_end_is_not_told_of(tmp_path: Path, key: str) -> None:
    creds = a_creds_file(tmp_path / "nats.creds", None)

    figures = told(Expiries(nats_credentials=creds, temporal_api_key=SecretStr(key)))
    assert figures["relance_credential_expires_seconds"] == {}
    assert figures["relance_file_unreadable"] == {str(creds): 0}


def test_a_process_tells_what_its_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    creds = a_creds_file(tmp_path / "nats.creds", 20)
    monkeypatch.setenv("RELANCE_AUTH_JWKS", "jwks.json")
    monkeypatch.setenv("RELANCE_DATABASE_URL", "postgresql+asyncpg://localhost/shop")
    monkeypatch.setenv("RELANCE_NATS_CREDENTIALS", str(creds))
    monkeypatch.setenv("RELANCE_CERTIFICATES", "/tls/a.crt, /tls/b.crt")
    monkeypatch.setenv("RELANCE_TEMPORAL_API_KEY", "k")
    monkeypatch.setenv("RELANCE_TEMPORAL_TLS", "true")

    worker, console, workflows = (Expiries.of(each()) for each in (Dunning, Console, Workflows))
    assert worker.certificates == [Path("/tls/a.crt"), Path("/tls/b.crt")]
    assert (worker.nats_credentials, console.nats_credentials, workflows.nats_credentials) == (creds, creds, None)
    assert (worker.temporal_api_key, console.temporal_api_key) == (SecretStr("k"), None)
    assert workflows.temporal_api_key == SecretStr("k")

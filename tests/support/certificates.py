"""Certificates for servers and clients of tests, of an authority made for them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Certificate:
    """Paths of PEM files."""

    certificate: Path
    key: Path


class Authority:
    """Signs for one day. `ca` is the path of its certificate."""

    def __init__(self, directory: Path, *, name: str = "tests") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.name = directory, _named(name)
        self.private = ec.generate_private_key(ec.SECP256R1())
        built = self._begun(self.name, self.private).add_extension(x509.BasicConstraints(True, None), critical=True)
        self.ca = _written(directory / "ca.crt", _pem(built.sign(self.private, hashes.SHA256())))

    def signs(self, name: str, *, host: str = "127.0.0.1") -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        hosts = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)), x509.DNSName(name)])
        built = self._begun(_named(name), key).add_extension(hosts, critical=False).sign(self.private, hashes.SHA256())
        return Certificate(
            _written(self.directory / f"{name}.crt", _pem(built)),
            _written(self.directory / f"{name}.key", _private(key)),
        )

    def _begun(self, name: x509.Name, key: Key) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: Key) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path

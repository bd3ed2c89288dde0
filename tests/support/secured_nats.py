"""nats-server as production has it: TLS, and the users of `deploy.nats`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.binaries import binary
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.program import Program
from deploy.nats.__main__ import configuration, variable_of
from deploy.nats.permissions import USERS
from tests.support.certificates import Certificate


class SecuredNats(Program):
    """Each user's password is `of-<user>`; without `certificate` it speaks in clear text."""

    name = "nats"

    def __init__(
        self, directory: Path, port: int, certificate: Certificate | None = None, *, handshake_first: bool = True
    ) -> None:
        self.directory, self.port, self.certificate = directory, port, certificate
        self.handshake_first = handshake_first

    @property
    def url(self) -> str:
        return f"{'tls' if self.certificate else 'nats'}://{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "users.conf").write_text(configuration())
        (self.directory / "nats.conf").write_text("\n".join(self._configuration()))

    def command(self) -> Sequence[str]:
        return [binary("nats-server"), "--config", str(self.directory / "nats.conf")]

    def environment(self) -> Mapping[str, str]:
        return {variable_of(user): f"of-{user}" for user in USERS}

    def is_ready(self) -> bool:
        """It accepts connections: a server that wants TLS first greets nobody."""
        return not is_free(self.port)

    def _configuration(self) -> Sequence[str]:
        lines = [f"listen: {LOOPBACK}:{self.port}", f'jetstream {{store_dir: "{self.directory}/data"}}']
        if self.certificate:
            files = f'cert_file: "{self.certificate.certificate}", key_file: "{self.certificate.key}"'
            lines.append(f"tls {{{files}, handshake_first: {str(self.handshake_first).lower()}}}")
        return [*lines, "include users.conf"]

"""nats-server with JetStream kept in files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import probes
from deploy.local.binaries import binary
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program


class NatsServer(Program):
    """One node without authentication, on the loopback address only."""

    def __init__(self, data_dir: Path, port: int, *, name: str = "nats") -> None:
        self.name = name
        self.data_dir = data_dir.absolute()
        self.port = port

    @property
    def url(self) -> str:
        """nats://host:port"""
        return f"nats://{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)

    def command(self) -> Sequence[str]:
        return [
            binary("nats-server"),
            *("--addr", LOOPBACK, "--port", str(self.port)),
            *("--jetstream", "--store_dir", str(self.data_dir)),
        ]

    def is_ready(self) -> bool:
        # The greeting is sent once JetStream has recovered its streams.
        return b'"jetstream":true' in probes.greeting(self.port)

    @property
    def ports(self) -> Mapping[str, int]:
        return {"nats": self.port}

    @property
    def address(self) -> str:
        return self.url

"""nats-server as those who sell it run it: the account has limits of its own. Everybody is its one user."""

from collections.abc import Sequence
from pathlib import Path

from deploy.local.binaries import binary
from deploy.local.ports import LOOPBACK
from deploy.local.servers import NatsServer


class LimitedNats(NatsServer):
    """`limits`: of the account's JetStream, as the server's configuration writes them."""

    def __init__(self, data_dir: Path, port: int, limits: str) -> None:
        super().__init__(data_dir, port)
        self.limits = limits

    def prepare(self) -> None:
        super().prepare()
        account = f"LIMITED {{ jetstream {{ {self.limits} }}, users [{{user: ours, password: ours}}] }}"
        (self.data_dir / "nats.conf").write_text(
            f"listen: {LOOPBACK}:{self.port}\n"
            f'jetstream {{store_dir: "{self.data_dir}/data"}}\n'
            f"accounts {{ {account} }}\n"
            "no_auth_user: ours\n"
        )

    def command(self) -> Sequence[str]:
        return [binary("nats-server"), "--config", str(self.data_dir / "nats.conf")]

"""The mail catcher: SMTP on one port, its web page and JSON on another."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from deploy.local import probes
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program


class MailboxServer(Program):
    """Keeps every message in `data_dir`; `port` is the web page's.

    With the settings of a stack in its environment, it shows the letters and the tasks of notify too.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int,
        smtp_port: int,
        *,
        environment: Mapping[str, str] = MappingProxyType({}),
        name: str = "mailbox",
    ) -> None:
        self.name = name
        self._environment = environment
        self.data_dir = data_dir.absolute()
        self.port = port
        self.smtp_port = smtp_port

    @property
    def url(self) -> str:
        """The web page; its JSON stands at /api/messages."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)

    def command(self) -> Sequence[str]:
        return [
            *(sys.executable, "-m", "deploy.local.mailbox", "--directory", str(self.data_dir)),
            *("--smtp-port", str(self.smtp_port), "--port", str(self.port)),
        ]

    def environment(self) -> Mapping[str, str]:
        return self._environment

    def is_ready(self) -> bool:
        return probes.answers_http(self.port, "/healthz")

    @property
    def ports(self) -> Mapping[str, int]:
        return {"mailbox": self.port, "smtp": self.smtp_port}

    @property
    def address(self) -> str:
        return self.url

"""The Temporal development server, its state in one SQLite file, and its web page."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import probes
from deploy.local.binaries import binary
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.program import Program

NAMESPACE = "default"


class TemporalServer(Program):
    """One process with the namespace `default`; without `ui_port` it has no web page.

    `settings`: dynamic configuration of the server, by its keys.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int,
        *,
        ui_port: int | None = None,
        http_port: int | None = None,
        name: str = "temporal",
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self.name = name
        self.data_dir = data_dir.absolute()
        self.port = port
        self.ui_port = ui_port
        self.http_port = http_port or free_port()
        self.settings = settings or {}

    @property
    def target(self) -> str:
        """host:port of its gRPC front end, as clients take it."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)

    def command(self) -> Sequence[str]:
        return [
            *(binary("temporal"), "server", "start-dev"),
            *("--db-filename", str(self.data_dir / "temporal.db")),
            *("--ip", LOOPBACK, "--port", str(self.port), "--http-port", str(self.http_port)),
            *self._page(),
            *("--log-level", "error"),
            *(f"--dynamic-config-value={key}={json.dumps(value)}" for key, value in self.settings.items()),
        ]

    def is_ready(self) -> bool:
        return probes.answers_http(self.http_port, f"/api/v1/namespaces/{NAMESPACE}")

    @property
    def ports(self) -> Mapping[str, int]:
        page = {} if self.ui_port is None else {"temporal-ui": self.ui_port}
        return {"temporal": self.port, "temporal-http": self.http_port, **page}

    @property
    def address(self) -> str:
        return self.target if self.ui_port is None else f"http://{LOOPBACK}:{self.ui_port}"

    def _page(self) -> Sequence[str]:
        if self.ui_port is None:
            return ["--headless"]
        return ["--ui-ip", LOOPBACK, "--ui-port", str(self.ui_port), "--ui-disable-news-fetch"]

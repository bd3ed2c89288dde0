"""A Prometheus that reads the processes of a stack, and the alerts as it sees them."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import yaml

from deploy.local.ports import LOOPBACK
from deploy.local.stack import Stack
from tests.deploy.watching.asked import alerts
from tests.e2e.house import until

QUICKER = 100
"""A rule's seconds take a hundredth of them here: nobody waits an hour for a step to be late by one."""
BOUND = re.compile(r"(?<=[<>] )(\d{3,})(?![\d.])")
RULES = {alert.name: alert.query for alert in alerts()}
SPANS = re.compile(r"\[(\d+)(m|h|d)\]")
SECONDS = {"m": 60, "h": 3600, "d": 86_400}
WITHIN_S = 90.0


@dataclass(frozen=True)
class Watch:
    """`is_raised` asks Prometheus for the alert's own expression; how long it must hold (`for`) is not waited for."""

    http: httpx2.AsyncClient
    url: str

    async def is_raised(self, alert: str, *, quicker: bool = True) -> bool:
        answer = await self.http.get(f"{self.url}/api/v1/query", params={"query": expression(alert, quicker=quicker)})
        answer.raise_for_status()
        return bool(answer.json()["data"]["result"])

    async def raised(self, alert: str, *, quicker: bool = True, within: float = WITHIN_S) -> None:
        await until(f"{alert} is raised", lambda: self.is_raised(alert, quicker=quicker), within=within)

    async def over(self, alert: str, *, quicker: bool = True, within: float = WITHIN_S) -> None:
        async def is_over() -> bool:
            return not await self.is_raised(alert, quicker=quicker)

        await until(f"{alert} is over", is_over, within=within)

    async def value(self, query: str) -> float:
        """Of one series; 0 where there is none."""
        answer = (await self.http.get(f"{self.url}/api/v1/query", params={"query": query})).raise_for_status()
        found = answer.json()["data"]["result"]
        return float(found[0]["value"][1]) if found else 0.0


def expression(alert: str, *, quicker: bool = True) -> str:
    """The alert's; `quicker` with its bounds in seconds and its spans divided by a hundred."""
    query = RULES[alert]
    if not quicker:
        return query
    query = BOUND.sub(lambda found: f"{int(found[1]) / QUICKER:g}", query)
    return SPANS.sub(lambda found: f"[{max(10, int(found[1]) * SECONDS[found[2]] // QUICKER)}s]", query)


@asynccontextmanager
async def watching(stack: Stack, directory: Path, port: int) -> AsyncIterator[Watch]:
    """Each process under the name of its job, read every two seconds."""
    assert shutil.which("prometheus"), "prometheus is absent: apt-get install prometheus"
    directory.mkdir()
    (directory / "prometheus.yml").write_text(yaml.safe_dump(_configuration(stack.ports)))
    process = await asyncio.create_subprocess_exec(
        "prometheus", f"--config.file={directory / 'prometheus.yml'}", f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}", "--log.level=error",
    )  # fmt: skip
    try:
        async with httpx2.AsyncClient(timeout=10) as http:
            watch = Watch(http, f"http://{LOOPBACK}:{port}")
            await until("Prometheus answers", lambda: _answers(watch))
            yield watch
    finally:
        process.terminate()
        await process.wait()


async def _answers(watch: Watch) -> bool:
    try:
        return await watch.value("min(up)") == 1
    except (httpx2.TransportError, httpx2.HTTPStatusError):  # it listens before it answers
        return False


def _configuration(ports: Mapping[str, int]) -> dict[str, object]:
    services = ("quotes", "billing", "dunning", "notify", "identity")
    jobs = {f"relance-{name}": ports[name] for name in (*services, *(f"{name}-worker" for name in services), "console")}
    jobs["relance-workflows"] = ports["workflow-figures"]
    return {
        "global": {"scrape_interval": "2s", "scrape_timeout": "2s"},
        "scrape_configs": [
            {"job_name": name, "static_configs": [{"targets": [f"{LOOPBACK}:{port}"]}]} for name, port in jobs.items()
        ],
    }

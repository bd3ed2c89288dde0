"""Where figures are measured: the real servers and processes of ours, on free ports, with nothing in them."""

import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx2
from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from temporalio.client import Client

from chassis import bus
from contracts.clock import Clock
from deploy.local.catalogue import Servers, whole_stack
from deploy.local.credentials import an_admin
from deploy.local.ports import free_ports
from deploy.local.seed import ORGANISATION
from deploy.local.services import Planned
from deploy.local.stack import Stack, StackOptions
from workflows.client import connect

SERVERS = ("postgres", "nats", "temporal")
JOBS = ("provision", "migrate")
LOGS = "logs"
"""Where a stack writes what its processes say; what could not start names a file in it."""


@dataclass(frozen=True)
class Ground:
    """`http` carries no token; `admin()` gives the header of one who may do everything."""

    stack: Stack
    temporal: Client
    bus: Nats
    http: httpx2.AsyncClient

    @property
    def js(self) -> JetStreamContext:
        return self.bus.jetstream(timeout=10, publish_async_max_pending=1000)

    def dsn(self, service: str) -> str:
        """The address of its database, for asyncpg."""
        return self.stack.servers.postgres.url(service, driver="postgresql")

    def admin(self) -> dict[str, str]:
        return {"authorization": f"Bearer {an_admin(self.stack.shared, ORGANISATION)}"}

    def memory(self, *processes: str) -> float:
        """Of these processes together, in MB: what is theirs alone and not shared with others."""
        return sum(_private_kb(self.stack.supervisor.children[name].state.pid or 0) for name in processes) / 1000


@asynccontextmanager
async def ground(
    directory: Path,
    *processes: str,
    clock: Clock | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Ground]:
    """The servers, the jobs that prepare them, and these processes; `settings` are added to what each is given."""
    wanted = {*SERVERS, *JOBS, *processes}
    options = StackOptions(
        directory, free_ports(), clock or Clock(), quiet=True, plan=partial(_plan, wanted, settings or {})
    )
    async with AsyncExitStack() as closing:
        closing.enter_context(emptied(directory))
        stack = await closing.enter_async_context(Stack(options))
        connection = await bus.connect(stack.servers.nats.url, name="bench")
        closing.push_async_callback(connection.close)
        http = await closing.enter_async_context(httpx2.AsyncClient(timeout=60))
        temporal = await connect(stack.servers.temporal.target, "default", lazy=False)
        yield Ground(stack, temporal, connection, http)


@contextmanager
def emptied(directory: Path) -> Iterator[None]:
    """Nothing is in it before, and nothing after, whatever ends the block; of a failure the logs stay."""
    shutil.rmtree(directory, ignore_errors=True)
    is_failed = False
    try:
        yield
    except Exception:
        is_failed = True
        raise
    finally:
        for path in directory.glob("*"):
            if not (is_failed and path.name == LOGS):
                _remove(path)
        with suppress(OSError):  # the logs are in it, or it was never made
            directory.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _plan(
    wanted: Iterable[str],
    settings: Mapping[str, str],
    servers: Servers,
    shared: Mapping[str, str],
    ports: Mapping[str, int],
) -> Sequence[Planned]:
    names = frozenset(wanted)
    planned = whole_stack(servers, {**shared, **settings}, ports)
    return [replace(each, after=each.after & names) for each in planned if each.program.name in names]


def _private_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))

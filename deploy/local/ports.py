"""Which TCP ports the local stack listens on, all of them on the loopback address."""

import random
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

LOOPBACK = "127.0.0.1"

LOWEST = 10_000
"""Of the ports chosen for tests; the well-known ones are below."""


@dataclass(frozen=True)
class NamedPort:
    """A port as a person meets it: what listens there, and the variable that moves it."""

    name: str
    default: int
    variable: str


NAMED_PORTS = (
    NamedPort("console", 8000, "RELANCE_CONSOLE_PORT"),
    NamedPort("quotes", 8001, "RELANCE_QUOTES_PORT"),
    NamedPort("billing", 8002, "RELANCE_BILLING_PORT"),
    NamedPort("dunning", 8003, "RELANCE_DUNNING_PORT"),
    NamedPort("notify", 8004, "RELANCE_NOTIFY_PORT"),
    NamedPort("identity", 8005, "RELANCE_IDENTITY_PORT"),
    NamedPort("mailbox", 8025, "RELANCE_MAILBOX_PORT"),
    NamedPort("smtp", 1025, "RELANCE_SMTP_PORT"),
    NamedPort("quotes-worker", 8101, "RELANCE_QUOTES_WORKER_PORT"),
    NamedPort("billing-worker", 8102, "RELANCE_BILLING_WORKER_PORT"),
    NamedPort("dunning-worker", 8103, "RELANCE_DUNNING_WORKER_PORT"),
    NamedPort("notify-worker", 8104, "RELANCE_NOTIFY_WORKER_PORT"),
    NamedPort("workflows", 8105, "RELANCE_WORKFLOWS_PORT"),
    NamedPort("identity-worker", 8106, "RELANCE_IDENTITY_WORKER_PORT"),
    NamedPort("workflow-figures", 8107, "RELANCE_WORKFLOW_FIGURES_PORT"),
    NamedPort("nats", 4222, "RELANCE_NATS_PORT"),
    NamedPort("postgres", 5439, "RELANCE_POSTGRES_PORT"),
    NamedPort("temporal", 7233, "RELANCE_TEMPORAL_PORT"),
    NamedPort("temporal-http", 7243, "RELANCE_TEMPORAL_HTTP_PORT"),
    NamedPort("temporal-ui", 8233, "RELANCE_TEMPORAL_UI_PORT"),
)


class PortIsMalformed(ValueError):
    """A port variable holds something else than a number from 1 to 65535."""

    def __init__(self, variable: str, value: str) -> None:
        super().__init__(f"{variable}={value!r}: expected a port number from 1 to 65535.")


class PortsCollide(ValueError):
    """Two processes were given one port."""

    def __init__(self, port: int, first: NamedPort, second: NamedPort) -> None:
        super().__init__(
            f"Port {port} is given to both {first.name} and {second.name}: "
            f"set {first.variable} or {second.variable} to another port."
        )


def configured_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """The port of each process by name: its variable where it is set, else its default.

    Raises PortIsMalformed and PortsCollide.
    """
    ports = {named.name: _configured(named, environment) for named in NAMED_PORTS}
    owners: dict[int, NamedPort] = {}
    for named in NAMED_PORTS:
        port = ports[named.name]
        if port in owners:
            raise PortsCollide(port, owners[port], named)
        owners[port] = named
    return ports


def free_ports(but: Collection[int] = ()) -> dict[str, int]:
    """A free port for each process by name, for tests and for runs beside a running stack.

    `but` are ports promised to others who do not listen yet.
    """
    return dict(zip((named.name for named in NAMED_PORTS), _distinct(len(NAMED_PORTS), but), strict=True))


def free_port() -> int:
    """One port of the loopback address that nobody listens on now."""
    return _distinct(1, ())[0]


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # A server's own closed connections linger on its port for a minute: they do not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _configured(named: NamedPort, environment: Mapping[str, str]) -> int:
    value = environment.get(named.variable)
    if value is None or value == "":
        return named.default
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise PortIsMalformed(named.variable, value)
    return int(value)


def _distinct(count: int, but: Collection[int]) -> list[int]:
    """Free ports that the kernel does not hand out by itself, as it does to connections and to port 0."""
    handed_out = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    # Not from the seeded generator: two runs with one seed, side by side, would choose the same.
    candidates = random.SystemRandom().sample(range(LOWEST, max(handed_out, LOWEST + 10_000)), k=count + 100)
    return list(islice((port for port in candidates if port not in but and is_free(port)), count))

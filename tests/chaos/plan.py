"""What runs: the whole stack with the misbehaving mail catcher, and second copies of our own processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy.local.catalogue import SERVICES, Servers, whole_stack
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.servers import MailboxServer, PostgresServer
from deploy.local.services import Planned, Service
from tests.chaos.mailbox.server import FaultyMailbox

SECOND = "-2"

QUICKER = {
    "RELANCE_SMTP_TIMEOUT": "4",
    "RELANCE_SMTP_CONNECTIONS": "1",
    "RELANCE_DATABASE_POOL": "8",
    "RELANCE_TEMPLATE_WORKERS": "1",
}
"""A silent relay is noticed within a short run, a sender that dies leaves at most one message uncertain, and two
cores carry two copies of everything."""
NEVER = "P1D"
"""Real time: longer than the longest run."""
NO_RECONCILIATION = {
    "RELANCE_RECONCILIATION_AFTER_START": NEVER,
    "RELANCE_RECONCILIATION_AT_MOST_EVERY": NEVER,
}


@dataclass(frozen=True)
class ChaoticPlan:
    """`copied` are the names of the processes that get a second copy."""

    copied: Sequence[str]
    by_events_alone: bool = False

    def __call__(self, servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> list[Planned]:
        settings = {**shared, **QUICKER, **(NO_RECONCILIATION if self.by_events_alone else {})}
        planned = [bearing_witness(each) for each in whole_stack(servers, settings, ports)]
        further = free_ports(but=ports.values())
        return planned + [_second(each, self.copied, further) for each in planned if each.program.name in self.copied]


class WitnessPostgres(PostgresServer):
    """Notes when each transaction was committed: the judge asks it, and believes no service."""

    def command(self) -> Sequence[str]:
        return [*super().command(), "-c", "track_commit_timestamp=on"]


def bearing_witness(planned: Planned) -> Planned:
    """The same server, made to misbehave or to bear witness."""
    program = planned.program
    if isinstance(program, MailboxServer):
        return Planned(FaultyMailbox(program.data_dir, program.port, program.smtp_port), planned.after)
    if isinstance(program, PostgresServer):
        return Planned(WitnessPostgres(program.data_dir, program.port, databases=program.databases), planned.after)
    return planned


def _second(planned: Planned, copied: Sequence[str], ports: Mapping[str, int]) -> Planned:
    """It asks the second copies of the APIs, so that both copies have work. It tells no metrics: that port is taken."""
    first = planned.program
    assert isinstance(first, Service)
    others = {f"RELANCE_{name.upper()}_URL": f"http://{LOOPBACK}:{ports[name]}" for name in SERVICES if name in copied}

    def environment() -> dict[str, str]:
        kept = {name: value for name, value in first.environment().items() if name != "RELANCE_TEMPORAL_METRICS"}
        return {**kept, **others}

    copy = Service(
        first.name + SECOND,
        first.module,
        *first.arguments,
        port=ports[first.name],
        environment=environment,
    )
    return Planned(copy, planned.after)

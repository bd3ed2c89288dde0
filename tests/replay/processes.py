"""What runs: the whole stack, with servers that bear witness."""

from collections.abc import Mapping, Sequence

from deploy.local.catalogue import Servers, whole_stack
from deploy.local.services import Planned
from tests.chaos.plan import bearing_witness

ONE_AT_A_TIME = {"RELANCE_SMTP_CONNECTIONS": "1"}
"""A sender that dies leaves at most one message uncertain."""
SENDERS = ("notify",)


def processes(servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> Sequence[Planned]:
    """PostgreSQL notes when it commits, the mail catcher when it was told of a message."""
    return [bearing_witness(each) for each in whole_stack(servers, {**shared, **ONE_AT_A_TIME}, ports)]

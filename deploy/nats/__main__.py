"""python -m deploy.nats: the users of the bus as a part of the configuration of nats-server.

Passwords come out of the server's environment, as NATS_PASSWORD_BILLING. Begin each with a letter: the server would
read digits as a number.
"""

import sys
from collections.abc import Iterator, Sequence

from deploy.nats.permissions import USERS, permissions_of


def configuration() -> str:
    return "\n".join(_lines()) + "\n"


def variable_of(user: str) -> str:
    return f"NATS_PASSWORD_{user.upper()}"


def _lines() -> Iterator[str]:
    yield "# Written by `python -m deploy.nats` from contracts/topology.py: who may do what on the bus."
    yield "accounts {"
    yield "  RELANCE {"
    yield "    jetstream: enabled"
    yield "    users: ["
    for user in USERS:
        may = permissions_of(user)
        yield f"      {{user: {user}, password: ${variable_of(user)}, permissions: {{"
        yield f"        publish: {_allowed(may.publish)}"
        yield f"        subscribe: {_allowed(may.subscribe)}"
        yield "      }}"
    yield "    ]"
    yield "  }"
    yield "}"


def _allowed(subjects: Sequence[str]) -> str:
    """nats-server takes an empty list for no limit at all."""
    listed = ", ".join(f'"{subject}"' for subject in subjects)
    return f"{{allow: [{listed}]}}" if subjects else '{deny: [">"]}'


if __name__ == "__main__":
    sys.stdout.write(configuration())

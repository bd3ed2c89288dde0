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
        yield f"        publish: {{allow: [{_listed(may.publish)}]}}"
        yield f"        subscribe: {{allow: [{_listed(may.subscribe)}]}}"
        yield "      }}"
    yield "    ]"
    yield "  }"
    yield "}"


def _listed(subjects: Sequence[str]) -> str:
    return ", ".join(f'"{subject}"' for subject in subjects)


if __name__ == "__main__":
    sys.stdout.write(configuration())

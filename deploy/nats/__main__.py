"""python -m deploy.nats [--json]: the users of the bus as a part of the configuration of nats-server.

`--json`: what each may do, in the form of a user's JWT, for users that an operator's account makes (`.creds` files).
Passwords come out of the server's environment, as NATS_PASSWORD_BILLING. Begin each with a letter: the server would
read digits as a number.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from deploy.nats.permissions import USERS, permissions_of


def configuration() -> str:
    return "\n".join(_lines()) + "\n"


def rights() -> dict[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    """By user: its `pub` and its `sub`, each with the subjects that it allows, or that it denies."""
    return {
        user: {"pub": _limited(may.publish), "sub": _limited(may.subscribe)}
        for user, may in ((user, permissions_of(user)) for user in USERS)
    }


def variable_of(user: str) -> str:
    return f"NATS_PASSWORD_{user.upper()}"


def _lines() -> Iterator[str]:
    yield "# Written by `python -m deploy.nats` from contracts/topology.py: who may do what on the bus."
    yield "accounts {"
    yield "  RELANCE {"
    yield "    jetstream: enabled"
    yield "    users: ["
    for user, may in rights().items():
        yield f"      {{user: {user}, password: ${variable_of(user)}, permissions: {{"
        yield f"        publish: {_listed(may['pub'])}"
        yield f"        subscribe: {_listed(may['sub'])}"
        yield "      }}"
    yield "    ]"
    yield "  }"
    yield "}"


def _limited(subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """nats-server takes an empty list for no limit at all."""
    return {"allow": subjects} if subjects else {"deny": [">"]}


def _listed(limit: Mapping[str, Sequence[str]]) -> str:
    ((what, subjects),) = limit.items()
    return f"{{{what}: [{', '.join(json.dumps(subject) for subject in subjects)}]}}"


if __name__ == "__main__":
    asked = sys.argv[1:]
    if asked not in ([], ["--json"]):
        sys.exit("usage: python -m deploy.nats [--json]")
    sys.stdout.write(json.dumps(rights(), indent=2) + "\n" if asked else configuration())

"""What a trial needs beside the chart: four servers, and Secrets with passwords made for this time."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from chassis.auth import Role
from chassis.key_pair import key_set_of, new_private_key, public_jwk
from deploy.chart.helm import CHARTS
from deploy.chart.manifests import Manifest, read
from deploy.nats.__main__ import configuration, variable_of
from deploy.nats.permissions import SERVICES, USERS
from services.identity.sealing import new_sealing_key

SERVERS = CHARTS / "trial-servers" / "servers.yaml"
NATS = """
listen: 0.0.0.0:4222
http: 0.0.0.0:8222
jetstream {store_dir: /data}
"""


def trial() -> str:
    """Everything for `kubectl apply`, but for the chart itself."""
    return yaml.safe_dump_all([*made_up(), *read(SERVERS.read_text())], sort_keys=False)


def made_up() -> Iterator[Manifest]:
    """Passwords begin with a letter: nats-server reads digits as a number."""
    database = {name: _password() for name in SERVICES}
    bus = {user: _password() for user in USERS}
    private = new_private_key()
    jwks = key_set_of(public_jwk(private, ceiling=Role.SERVICE))
    yield _secret("relance-keys", {"signing.pem": private, "jwks.json": jwks})
    for user in USERS:
        url = {"database-url": _url(user, database[user])} if user in database else {}
        sealing = {"sealing-keys": new_sealing_key()} if user == "identity" else {}
        yield _secret(f"relance-{user}", {**url, **sealing, "nats-password": bus[user]})
    yield _secret("trial-postgresql", {"password": _password(), "databases.sql": databases(database)})
    yield _secret("trial-nats", {variable_of(user): password for user, password in bus.items()})
    yield {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "trial-nats"},
        "data": {"nats.conf": NATS.lstrip() + configuration()},
    }


def databases(passwords: Mapping[str, str]) -> str:
    """A user and a database of its own for each service."""
    return "".join(
        f"create role {name} login password '{password}';\n"
        f"create database {name} owner {name} encoding 'UTF8' template template0;\n"
        for name, password in passwords.items()
    )


def _url(name: str, password: str) -> str:
    return f"postgresql+asyncpg://{name}:{password}@trial-postgresql:5432/{name}"


def _secret(name: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": dict(values)}


def _password() -> str:
    return f"p{secrets.token_hex(16)}"

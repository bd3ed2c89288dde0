"""What the local stack consists of, and in which order it starts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from contracts.clock import Clock
from deploy.local.keys import AUDIENCE, ISSUER, Keys
from deploy.local.ports import LOOPBACK
from deploy.local.servers import MailboxServer, NatsServer, PostgresServer, TemporalServer
from deploy.local.servers.temporal import NAMESPACE
from deploy.local.services import ADDRESSES, Job, Planned, Service, Settings

SERVICES = ("quotes", "billing", "dunning", "notify", "identity")

PATIENCE_S = {"notify": 45.0}
"""Of an API that may need longer to end than others: `serving_grace` of its settings, and what closing takes."""


@dataclass(frozen=True)
class Servers:
    """The four servers that everything else stands on."""

    postgres: PostgresServer
    nats: NatsServer
    temporal: TemporalServer
    mailbox: MailboxServer

    @classmethod
    def of(cls, data_dir: Path, ports: Mapping[str, int]) -> "Servers":
        return cls(
            postgres=PostgresServer(data_dir / "postgres", ports["postgres"], databases=SERVICES),
            nats=NatsServer(data_dir / "nats", ports["nats"]),
            temporal=TemporalServer(
                data_dir / "temporal", ports["temporal"], ui_port=ports["temporal-ui"], http_port=ports["temporal-http"]
            ),
            mailbox=MailboxServer(data_dir / "mailbox", ports["mailbox"], ports["smtp"]),
        )


def urls(ports: Mapping[str, int]) -> dict[str, str]:
    """Where the APIs and the pages of a stack are, by name."""
    names = ("console", *SERVICES, "mailbox", "temporal-ui")
    return {name: f"http://{LOOPBACK}:{ports[name]}" for name in names}


def shared_environment(servers: Servers, keys: Keys, clock: Clock, ports: Mapping[str, int]) -> dict[str, str]:
    """The settings that every process of ours gets."""
    return {
        "RELANCE_NATS_URL": servers.nats.url,
        "RELANCE_TEMPORAL_ADDRESS": servers.temporal.target,
        "RELANCE_TEMPORAL_NAMESPACE": NAMESPACE,
        "RELANCE_SMTP_HOST": LOOPBACK,
        "RELANCE_SMTP_PORT": str(servers.mailbox.smtp_port),
        **{f"RELANCE_{name.upper()}_URL": url for name, url in urls(ports).items() if name in ("console", *SERVICES)},
        "RELANCE_AUTH_JWKS": f"{keys.jwks},{urls(ports)['identity']}/jwks.json",
        "RELANCE_AUTH_ISSUER": ISSUER,
        "RELANCE_AUTH_AUDIENCE": AUDIENCE,
        "RELANCE_SIGNING_KEY": str(keys.signing),
        "RELANCE_CLOCK_ORIGIN": clock.origin.isoformat(),
        "RELANCE_CLOCK_STARTED": clock.started.isoformat(),
        "RELANCE_CLOCK_SPEED": str(clock.speed),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # as in the image
    }


def whole_stack(servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> list[Planned]:
    """Every process: servers, then jobs that prepare them, then our services and workers."""
    settings = {name: partial(_with_database, shared, servers.postgres, name) for name in SERVICES}
    workflows = {**shared, "RELANCE_TEMPORAL_METRICS": f"{LOOPBACK}:{ports['workflow-figures']}"}
    return [
        *(Planned(server) for server in (servers.postgres, servers.nats, servers.temporal, _desk(servers, shared))),
        Planned(Job("provision", "chassis.provision", environment=lambda: shared), frozenset({"nats"})),
        migration(servers),
        *(_api(name, settings[name], ports) for name in SERVICES),
        *(_worker(name, settings[name], ports) for name in SERVICES),
        Planned(
            Service("console", _main("console"), "api", port=ports["console"], environment=lambda: shared),
            frozenset({"nats"}),
        ),
        Planned(
            Service("workflows", "workflows.worker", port=ports["workflows"], environment=lambda: workflows),
            frozenset({"temporal"}),
        ),
    ]


def migration(servers: Servers) -> Planned:
    """The job that brings the databases up to date."""
    return Planned(
        Job("migrate", "deploy.local.migrations", environment=lambda: _addresses(servers.postgres)),
        frozenset({"postgres"}),
    )


def _desk(servers: Servers, shared: Mapping[str, str]) -> MailboxServer:
    """The mailbox with what it needs to show letters and tasks too."""
    mailbox = servers.mailbox
    return MailboxServer(mailbox.data_dir, mailbox.port, mailbox.smtp_port, environment=shared)


def _addresses(postgres: PostgresServer) -> Mapping[str, str]:
    return {ADDRESSES: json.dumps({name: postgres.url(name) for name in SERVICES})}


def _with_database(shared: Mapping[str, str], postgres: PostgresServer, name: str) -> Mapping[str, str]:
    own = {"RELANCE_DATABASE_URL": postgres.url(name)}
    if name == "identity":
        own["RELANCE_SEALING_KEYS"] = Keys.within(Path(shared["RELANCE_SIGNING_KEY"]).parent).sealing.read_text()
    return {**shared, **own}


def _main(name: str) -> str:
    return f"services.{name}.main"


def _api(name: str, settings: Settings, ports: Mapping[str, int]) -> Planned:
    api = Service(name, _main(name), "api", port=ports[name], environment=settings)
    api.patience_s = PATIENCE_S.get(name, api.patience_s)
    return Planned(api, frozenset({"migrate", "nats", "temporal", "mailbox"}))


def _worker(name: str, settings: Settings, ports: Mapping[str, int]) -> Planned:
    worker = Service(f"{name}-worker", _main(name), "worker", port=ports[f"{name}-worker"], environment=settings)
    return Planned(worker, frozenset({"migrate", "provision", "temporal", "mailbox"}))

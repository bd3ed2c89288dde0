"""A trial brings what its values name: servers, Secrets, users of the bus and databases that the services can use."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest
import yaml

from chassis import migrations
from deploy.chart import kinds, policy
from deploy.chart.manifests import Manifest, of_kind, pods, read
from deploy.chart.trial import trial
from deploy.local.binaries import binary
from deploy.nats.permissions import SERVICES
from tests.deploy.chart.conftest import rendered
from tests.support.databases import Databases


@pytest.fixture(scope="module")
def made() -> list[Manifest]:
    return read(trial())


def secrets(made: list[Manifest]) -> Mapping[str, Mapping[str, str]]:
    return {each["metadata"]["name"]: each["stringData"] for each in of_kind(made, "Secret")}


def test_what_is_printed_is_valid_and_keeps_to_the_policies(made: list[Manifest]) -> None:
    assert [mistake for each in made for mistake in kinds.mistakes(each)] == []
    assert policy.breaches([each for each in made if each["kind"] != "Secret"]) == []


def test_every_server_that_the_values_name_is_there(made: list[Manifest]) -> None:
    services = {each["metadata"]["name"]: each["spec"] for each in of_kind(made, "Service")}
    named = {
        match
        for pod in pods(rendered("trial"))
        for value in pod.environment.values()
        for match in re.findall(r"\b(trial-[a-z]+)\b", value)
    }

    assert named | {"trial-postgresql"} == set(services)
    for policy_of in of_kind(rendered("trial"), "NetworkPolicy"):
        for rule in policy_of["spec"]["egress"]:
            for peer in rule["to"]:
                labels = peer.get("podSelector", {}).get("matchLabels", {})
                if "trial" in labels.get("app.kubernetes.io/name", ""):
                    (found,) = (each for each in services.values() if each["selector"] == labels)
                    assert rule["ports"][0]["port"] in [port["port"] for port in found["ports"]]


def test_every_secret_that_a_pod_reads_is_there_with_its_keys(made: list[Manifest]) -> None:
    known = secrets(made)
    for pod in pods(rendered("trial")):
        for value in pod.environment.values():
            if value.startswith("secret "):
                name, key = value.removeprefix("secret ").split(", ")
                assert known[name][key], value
        for volume in pod.spec["volumes"]:
            if "secret" in volume:
                keys = {item["key"] for item in volume["secret"]["items"]}
                assert keys <= set(known[volume["secret"]["secretName"]])


async def test_each_service_can_migrate_the_database_that_its_secret_names(
    made: list[Manifest], databases: Databases
) -> None:
    known = secrets(made)
    server = databases.server.url("postgres", driver="postgresql")
    place = server.rpartition("@")[2].rpartition("/")[0]
    connection = await asyncpg.connect(server)
    statements = [line for line in known["trial-postgresql"]["databases.sql"].splitlines() if line]
    try:
        for statement in statements:
            await connection.execute(re.sub(r"\b(quotes|billing|dunning|notify|identity)\b", r"trial_\1", statement))
        for service in SERVICES:
            url = known[f"relance-{service}"]["database-url"]
            password = re.fullmatch(rf"postgresql\+asyncpg://{service}:(\w+)@trial-postgresql:5432/{service}", url)
            assert password is not None, url
            await migrations.migrate(
                service, f"postgresql+asyncpg://trial_{service}:{password[1]}@{place}/trial_{service}"
            )
    finally:
        for service in SERVICES:
            await connection.execute(f"drop database if exists trial_{service} with (force)")
            await connection.execute(f"drop role if exists trial_{service}")
        await connection.close()


def test_the_bus_takes_its_configuration(made: list[Manifest], tmp_path: Path) -> None:
    (configured,) = of_kind(made, "ConfigMap")
    file = tmp_path / "nats.conf"
    file.write_text(configured["data"]["nats.conf"])
    command = [binary("nats-server"), "--config", str(file), "-t"]
    ended = subprocess.run(
        command, env=dict(secrets(made)["trial-nats"]), capture_output=True, text=True, timeout=30, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert "is valid" in ended.stderr


def test_no_two_trials_have_the_same_passwords(made: list[Manifest]) -> None:
    again = secrets(read(trial()))

    for name, values in secrets(made).items():
        assert values != again[name], name


def test_keys_are_those_that_the_services_read(made: list[Manifest]) -> None:
    keys = secrets(made)["relance-keys"]

    assert keys["signing.pem"].startswith("-----BEGIN PRIVATE KEY-----")
    (key,) = yaml.safe_load(keys["jwks.json"])["keys"]
    assert key["relance_profile"] == "service"

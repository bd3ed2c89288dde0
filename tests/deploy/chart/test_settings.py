"""The chart sets what the programs read: a name that none reads, or a setting that is lacking, is found here."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import AliasChoices, TypeAdapter
from pydantic_settings import BaseSettings

import services.billing.settings
import services.console.settings
import services.dunning.settings
import services.identity.settings
import services.notify.settings
import services.quotes.settings
import workflows.settings
from chassis.duties import GRACE
from chassis.provision import ProvisionSettings
from chassis.settings import PREFIX, Settings
from contracts import dunning, overdue_list, quote_followup
from contracts.topology import CONSUMERS, consumers_of
from deploy.chart import helm
from deploy.chart.manifests import Pod, of_kind, pods, read
from deploy.nats.permissions import SERVICES
from services.identity.sealing import new_sealing_key
from tests.deploy.chart.conftest import EXAMPLES, pods_of, rendered
from tests.docs.pages import page
from tests.support.certificates import Authority
from workflows.dunning import workflow as dun_invoice
from workflows.overdue_list import workflow as send_overdue_list
from workflows.quote_followup import workflow as follow_up_quote
from workflows.settings import WorkerSettings
from workflows.worker import TOLD_OF_THE_END

CONTAINERFILE = helm.ROOT / "deploy" / "image" / "Containerfile"
NOTES = helm.CHART / "templates" / "NOTES.txt"

SECRETS = {
    "RELANCE_DATABASE_URL": "postgresql+asyncpg://billing:s3cret@postgresql:5432/billing",
    "RELANCE_SEALING_KEYS": new_sealing_key(),
}

SETTINGS: dict[str, type[BaseSettings]] = {
    "services.quotes.main": services.quotes.settings.QuotesSettings,
    "services.billing.main": services.billing.settings.Settings,
    "services.dunning.main": services.dunning.settings.Settings,
    "services.notify.main": services.notify.settings.Settings,
    "services.identity.main": services.identity.settings.Settings,
    "services.console.main": services.console.settings.Settings,
    "workflows.worker": workflows.settings.WorkerSettings,
    "chassis.provision": ProvisionSettings,
}


def ours(example: str) -> list[tuple[Pod, type[BaseSettings]]]:
    """Each pod that runs a program of ours, with the settings that it reads."""
    found = [pod for pod in pods(rendered(example)) if pod.container.get("args", [""])[0] == "-m"]
    return [(pod, SETTINGS[pod.container["args"][1]]) for pod in found]


def names(settings: type[BaseSettings]) -> dict[str, set[str]]:
    """The environment variables of each field."""
    known: dict[str, set[str]] = {}
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias or f"{PREFIX}{name.upper()}"]
        known[name] = {str(each).upper() for each in choices}
    return known


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_program_is_the_one_that_the_image_starts(example: str) -> None:
    (entry,) = re.findall(r'^ENTRYPOINT \["(.+)"\]$', CONTAINERFILE.read_text(), re.MULTILINE)

    assert {tuple(pod.container["command"]) for pod, _ in ours(example)} == {(entry,)}
    assert f"{entry} -m cli.main identity first-admin" in NOTES.read_text()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_variable_is_one_that_the_program_reads(example: str) -> None:
    assert len(ours(example)) > 12
    for pod, settings in ours(example):
        known = set().union(*names(settings).values())
        given = {name for name in pod.environment if name.startswith(PREFIX)}
        assert given - known == set(), pod.name


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_that_a_program_needs_is_lacking(example: str) -> None:
    for pod, settings in ours(example):
        needed = {name for name, field in settings.model_fields.items() if field.is_required()}
        lacking = {name for name in needed if not names(settings)[name] & set(pod.environment)}
        assert lacking == set(), pod.name


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_value_is_one_that_the_program_takes(
    example: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "authority")
    ours_to_show = authority.signs("temporal")
    files = {"ca.crt": authority.ca, "tls.crt": ours_to_show.certificate, "tls.key": ours_to_show.key}
    for pod, settings in ours(example):
        mounts = [each["mountPath"] for each in pod.container["volumeMounts"]]
        with monkeypatch.context() as environment:
            for name, value in pod.environment.items():
                given = SECRETS.get(name, "s3cret") if value.startswith("secret ") else value
                environment.setenv(name, _with_files(given, mounts, tmp_path, files))
            settings()


def _with_files(value: str, mounts: Sequence[str], directory: Path, files: Mapping[str, Path]) -> str:
    """The value with the files that it names below a mounted path made here."""
    for named in re.findall(r"/etc/relance/[\w./-]+", value):
        assert str(Path(named).parent) in mounts, value
        file = directory / named.removeprefix("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(files[file.name].read_bytes() if file.name in files else b"")
    return value.replace("/etc/relance/", f"{directory}/etc/relance/")


@pytest.mark.parametrize("days", [1, 30, 365, 3650])
@pytest.mark.parametrize("example", EXAMPLES)
def test_ids_of_messages_are_kept_longer_than_a_message_can_come_again(example: str, days: int) -> None:
    drawn = {
        pod.name: pod
        for pod in pods(read(helm.template(helm.CHART, helm.example(example), more=f"nats.streamDays={days}")))
    }
    streams = timedelta(days=int(drawn["provision"].environment["RELANCE_STREAM_DAYS"]))
    kept = {
        name: pod.environment.get("RELANCE_INBOX_KEPT", "P60D")
        for name, pod in drawn.items()
        if name.endswith("-worker")
    }

    assert streams == timedelta(days=days)
    assert set(kept) == {f"{service}-worker" for service in SERVICES}
    for name, span in kept.items():
        assert TypeAdapter(timedelta).validate_python(span) > streams, name


def test_the_size_of_the_streams_is_told_to_the_byte() -> None:
    """Helm reads large numbers as 1e+09."""
    told = {name: pods_of(name)["provision"].environment.get("RELANCE_STREAM_BYTES") for name in EXAMPLES}

    assert told == {"managed": "1000000000", "production-3-zones": None, "trial": None}


def test_the_consumers_and_queues_by_which_workers_grow_are_those_they_read() -> None:
    parts = yaml.safe_load((helm.CHART / "parts.yaml").read_text())["parts"]
    bound = {(each["stream"], each["name"]) for part in parts.values() for each in part.get("consumers", [])}

    assert bound == {(each.stream, each.durable) for each in CONSUMERS}
    for service in SERVICES:
        own = {each["name"] for each in parts[f"{service}-worker"]["consumers"]}
        assert own == {each.durable for each in consumers_of(service)}
    assert parts["workflows"]["queues"] == [dunning.TASK_QUEUE, quote_followup.TASK_QUEUE, overdue_list.TASK_QUEUE]


def test_every_pod_has_longer_to_end_than_its_program_takes() -> None:
    for pod in pods(rendered("managed")):
        if pod.kind != "Job":
            spoken = pod.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            assert pod.spec["terminationGracePeriodSeconds"] > spoken + _ends_within(pod), pod.name


def test_a_worker_that_reads_a_stream_before_it_is_ready_has_an_hour_for_it() -> None:
    given = {
        each["metadata"]["name"]: each["spec"]["progressDeadlineSeconds"]
        for each in of_kind(rendered("managed"), "Deployment")
        if "progressDeadlineSeconds" in each["spec"]
    }

    assert given == {f"relance-{service}-worker": 3600 for service in ("billing", "notify")}


def _ends_within(pod: Pod) -> float:
    """Seconds from SIGTERM on."""
    if pod.name == "workflows":
        grace = WorkerSettings.model_validate({"grace": pod.environment["RELANCE_GRACE"], "auth_jwks": "-"}).grace
        return (grace + TOLD_OF_THE_END).total_seconds()
    if pod.name.endswith("-worker"):
        return GRACE
    if pod.name == "notify-api":
        return services.notify.settings.Settings.model_construct(smtp_timeout=25).serving_grace  # the most it takes
    return Settings().serving_grace


def test_the_longest_activity_ends_before_its_worker_does() -> None:
    (workflows,) = (pod for pod in pods(rendered("managed")) if pod.name == "workflows")
    grace = WorkerSettings.model_validate({"grace": workflows.environment["RELANCE_GRACE"], "auth_jwks": "-"}).grace

    for call in (dun_invoice.CALL, follow_up_quote.CALL, send_overdue_list.CALL):
        longest = call["start_to_close_timeout"]
        assert longest is not None
        assert longest < grace


def test_every_pod_may_take_what_its_process_was_seen_to_take() -> None:
    measured = {row[0]: row for row in page("docs/performance.md").table("What each process takes")}
    asked = {pod.name: pod.container["resources"] for pod in pods(rendered("trial")) if pod.kind != "Job"}

    assert set(asked) == set(measured)
    for name, row in measured.items():
        at_most = max(int(cell.removesuffix(" MB")) for cell in row[1:3])
        requested, limit = (_megabytes(asked[name][kind]["memory"]) for kind in ("requests", "limits"))
        assert at_most * 1.2 < requested <= limit / 2, name


def _megabytes(quantity: str) -> float:
    return float(quantity.removesuffix("Mi")) if quantity.endswith("Mi") else float(quantity.removesuffix("Gi")) * 1024

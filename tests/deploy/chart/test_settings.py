"""The chart sets what the programs read: a name that none reads, or a setting that is lacking, is found here."""

import re

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

import services.billing.settings
import services.console.settings
import services.dunning.settings
import services.identity.settings
import services.notify.settings
import services.quotes.settings
import workflows.settings
from chassis.provision import ProvisionSettings
from chassis.settings import PREFIX
from deploy.chart import helm
from deploy.chart.manifests import Pod, pods
from tests.deploy.chart.conftest import EXAMPLES, rendered

CONTAINERFILE = helm.ROOT / "deploy" / "image" / "Containerfile"
NOTES = helm.CHART / "templates" / "NOTES.txt"

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
        read = set().union(*names(settings).values())
        given = {name for name in pod.environment if name.startswith(PREFIX)}
        assert given - read == set(), pod.name


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_that_a_program_needs_is_lacking(example: str) -> None:
    for pod, settings in ours(example):
        needed = {name for name, field in settings.model_fields.items() if field.is_required()}
        lacking = {name for name in needed if not names(settings)[name] & set(pod.environment)}
        assert lacking == set(), pod.name

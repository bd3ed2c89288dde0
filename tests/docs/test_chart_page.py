"""The page for those who install the chart names what the chart has."""

import re
from pathlib import Path

import pytest
import yaml

from deploy.chart import helm, kinds, manifests
from deploy.chart.custom_kinds import CUSTOM
from deploy.chart.manifests import pods
from tests.deploy.chart.conftest import EXAMPLES, rendered
from tests.docs.pages import CHART, Page

PAGE = Page(CHART)
VALUES = yaml.safe_load((helm.CHART / "values.yaml").read_text())
SNIPPETS = [text for text in PAGE.fences("yaml") if set(yaml.safe_load(text)) <= set(VALUES)]


def test_every_value_that_it_names_is_one() -> None:
    named = {span for span in PAGE.code if span.split(".")[0] in VALUES and re.fullmatch(r"[\w.]+", span)}
    named -= {"nats.creds"}  # a key of a Secret

    assert len(named) > 20
    assert [name for name in sorted(named) if not _exists(name)] == []


def _exists(name: str) -> bool:
    within = VALUES
    for part in name.split("."):
        if not isinstance(within, dict) or part not in within:
            return False
        within = within[part]
    return True


def test_there_are_values_to_copy() -> None:
    assert SNIPPETS


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_values_to_copy_are_taken(tmp_path: Path, snippet: str) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(snippet)
    drawn = manifests.read(helm.template(helm.CHART, file))

    assert [mistake for each in drawn for mistake in kinds.mistakes(each)] == []


def test_every_key_of_a_secret_is_told() -> None:
    read = {
        value.rpartition(", ")[2]
        for example in EXAMPLES
        for pod in pods(rendered(example))
        for value in pod.environment.values()
        if value.startswith("secret ")
    }

    assert {"database-url", "nats-password", "temporal-api-key", "smtp-password"} <= read
    assert {key for key in read if f"`{key}`" not in PAGE.text} == set()


@pytest.mark.parametrize("api", sorted({api for api, _ in CUSTOM}))
def test_the_first_version_of_what_brings_a_kind_is_told(api: str) -> None:
    (row,) = (line for line in PAGE.text.splitlines() if line.startswith("|") and f"`{api}`" in line)

    assert re.search(r"\bfrom \d+\.\d+", row)


def test_the_examples_name_nothing_that_a_cluster_has_not() -> None:
    """A pod of an unknown PriorityClass is refused."""
    assert not [pod for example in EXAMPLES for pod in pods(rendered(example)) if "priorityClassName" in pod.spec]


def test_the_image_of_a_trial_is_built_and_brought_to_the_nodes() -> None:
    (image,) = {pod.container["image"] for pod in pods(rendered("trial"))}
    (trial,) = (text for text in PAGE.fences("sh") if "deploy.chart trial" in text)

    steps = (f"make image TAG={image}", f":docker.io/library/{image}", "image-archive relance.tar", "helm install")
    assert sorted(steps, key=trial.index) == list(steps)


def test_the_examples_are_listed() -> None:
    listed = {Path(link).stem for link in PAGE.links if link.startswith("../examples/")}

    assert listed == set(EXAMPLES)


def test_the_kinds_that_uninstalling_leaves_are_named() -> None:
    named = {kind for line in PAGE.code if line.startswith("kubectl delete ") for kind in line.split()[2].split(",")}
    hooks = {
        str(each["kind"])
        for example in EXAMPLES
        for each in rendered(example)
        if "helm.sh/hook" in (each["metadata"].get("annotations") or {})
    }

    assert {f"{kind.lower()}s".replace("ys", "ies") for kind in hooks} == named

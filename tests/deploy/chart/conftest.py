"""The chart as its examples render it."""

from collections.abc import Callable
from functools import cache

import pytest

from deploy.chart import helm, manifests
from deploy.chart.manifests import Manifest, Pod

EXAMPLES = tuple(sorted(path.stem for path in helm.EXAMPLES.glob("*.yaml")))

Rendered = Callable[[str], list[Manifest]]


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(request.param)


@cache
def rendered(name: str) -> list[Manifest]:
    return manifests.read(helm.template(helm.CHART, helm.example(name)))


def pods_of(name: str) -> dict[str, Pod]:
    return {pod.name: pod for pod in manifests.pods(rendered(name))}

"""An autoscaler gives way to the one that takes its place on a running installation."""

import pytest

from deploy.chart import helm, kinds, manifests
from deploy.chart.manifests import Manifest, of_kind

KEDA, CONTROLLER = "autoscaling.keda=true", "workflows.controller.enabled=true"


def drawn(*values: str) -> list[Manifest]:
    return manifests.read(helm.template(helm.CHART, more=",".join(values)))


@pytest.mark.parametrize("values", [(), (CONTROLLER,)], ids=str)
def test_an_autoscaler_lets_the_one_of_keda_be_made_beside_it(values: tuple[str, ...]) -> None:
    """Helm makes what is new before it deletes what is gone, and KEDA refuses a second one of the same pods."""
    made = drawn(*values)
    templates = [each["spec"]["template"] for each in of_kind(made, "WorkerResourceTemplate")]
    scalers = of_kind(made, "HorizontalPodAutoscaler") + templates

    assert len(scalers) == 12
    for each in scalers:
        assert each["metadata"]["annotations"] == {"validations.keda.sh/hpa-ownership": "false"}
    assert [mistake for each in made for mistake in kinds.mistakes(each)] == []


def test_what_the_worker_controller_made_for_one_kind_of_autoscaler_goes_with_it() -> None:
    """It deletes that with its template alone, and a template is another one by its name."""
    (by_cpu,) = of_kind(drawn(CONTROLLER), "WorkerResourceTemplate")
    (by_keda,) = of_kind(drawn(CONTROLLER, KEDA), "WorkerResourceTemplate")

    assert by_cpu["metadata"]["name"] != by_keda["metadata"]["name"]


@pytest.mark.parametrize("release", ["relance", "relance-" + "r" * 45])
def test_what_keda_makes_has_a_name_that_fits_into_a_label(release: str) -> None:
    made = manifests.read(helm.template(helm.CHART, release=release, more=KEDA))
    named = {each["metadata"]["name"]: each["spec"].get("advanced", {}) for each in of_kind(made, "ScaledObject")}

    for name, advanced in named.items():
        given = advanced.get("horizontalPodAutoscalerConfig", {}).get("name", f"keda-hpa-{name}")
        assert len(given) <= 63
        assert given not in {each["metadata"]["name"] for each in of_kind(made, "HorizontalPodAutoscaler")}
    assert [mistake for each in made for mistake in kinds.mistakes(each)] == []

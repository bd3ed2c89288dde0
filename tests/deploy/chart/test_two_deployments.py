"""With the Worker Controller the workflows are another deployment of Temporal than without it."""

from deploy.chart import helm, manifests
from deploy.chart.manifests import Manifest, of_kind, pods

CONTROLLER = "workflows.controller.enabled=true"


def drawn(values: str = "") -> list[Manifest]:
    return manifests.read(helm.template(helm.CHART, more=values))


def of_the_pods(made: list[Manifest]) -> str:
    (workflows,) = (pod for pod in pods(made) if pod.name == "workflows")
    return workflows.environment["RELANCE_DEPLOYMENT_NAME"]


def test_neither_has_the_name_of_the_other() -> None:
    """The controller lets nobody else say which build of its own is current: other pods would never be ready."""
    (owned,) = of_kind(drawn(CONTROLLER), "WorkerDeployment")

    assert of_the_pods(drawn()) == "relance/relance-workflows"
    assert of_the_pods(drawn(CONTROLLER)) == f"relance/{owned['metadata']['name']}"
    assert owned["metadata"]["name"] != "relance-workflows"


def test_the_longest_name_is_one_that_the_controller_takes() -> None:
    """It writes it into a label."""
    made = manifests.read(helm.template(helm.CHART, release="relance-" + "a" * 45, more=CONTROLLER))

    assert len(of_kind(made, "WorkerDeployment")[0]["metadata"]["name"]) <= 63


def test_keda_asks_for_the_deployment_of_the_pods() -> None:
    made = drawn("autoscaling.keda=true")
    asked = {
        trigger["metadata"]["workerDeploymentName"]
        for each in of_kind(made, "ScaledObject")
        for trigger in each["spec"]["triggers"]
        if trigger["type"] == "temporal"
    }

    assert asked == {of_the_pods(made)}

"""What a cluster or a process would refuse is refused before anything is made, the hooks included."""

import re
from ipaddress import ip_network

import pytest

from deploy.chart import helm
from deploy.chart.helm import HelmFailed

IN_CLEAR_TEXT = "temporal.auth=none,temporal.tls=false"


def rollout(*steps: tuple[int, str]) -> str:
    """As `--set` takes it."""
    at = "workflows.controller.rollout"
    return ",".join(
        f"{at}[{index}].rampPercentage={share},{at}[{index}].pauseDuration={pause}"
        for index, (share, pause) in enumerate(steps)
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("postgresqll.tls=prefer", "additional properties 'postgresqll' not allowed"),
        ("url=http://relance.example.com", "/url"),
        ("nats.url=nats://user:secret@nats:4222", "/nats/url"),
        ("nats.streamBytes=1000000", "/nats/streamBytes"),
        ("autoscaling.min=many", "/autoscaling/min"),
        ("parts.biling-api.min=2", "additional properties 'biling-api' not allowed"),
        ("parts.billing-api.env.RELANCE_CLOCK_SPEED=2", "RELANCE_CLOCK_SPEED"),
        ("temporal.tls=false", "/temporal/tls"),
        ("gateway.enabled=true", "/gateway/parents"),
        ("oidc.issuer=https://login.example.com", "/oidc/clientId"),
        ("exposed.console=relance.example.com", "additional properties 'console' not allowed"),
        ("autoscaling.min=20", "min is 20, above max, which is 6"),
        ("parts.billing-api.min=10", "/parts/billing-api or /autoscaling: min is 10, above max, which is 6"),
        ("parts.workflows.max=1,workflows.controller.enabled=true", "/parts/workflows or /autoscaling: min is 2"),
        ("temporal.clientCertificate=", "/temporal/clientCertificate"),
        ("exposed.billing=relance.example.com", "/exposed/billing: relance.example.com is the host of url already"),
        (
            "exposed.billing=a.example.com,exposed.quotes=a.example.com",
            "/exposed/quotes: a.example.com is the host of b",
        ),
        ("network.pods[0]=10.42.1.0/16", "/network/pods: 10.42.1.0/16 is no network"),
        ("network.pods[0]=10.96.0.0/10", "/network/pods: 10.96.0.0/10 is no network"),
        ("network.pods[0]=10.0.0.0/8,network.pods[1]=10.42.0.1/31", "/network/pods: 10.42.0.1/31 is no network"),
        ("network.pods[0]=300.0.0.0/8", "/network/pods: 300.0.0.0/8 is no network"),
        ("network.pods[0]=010.0.0.0/8", "/network/pods/0"),
        ("network.pods[0]=10.42.0.0/33", "/network/pods/0"),
        ("network.pods[0]=10.42.0.0", "/network/pods/0"),
        ("network.pods[0]=fd00:42::1/48", "/network/pods: fd00:42::1/48 is no network"),
        ("network.pods[0]=fd00:42:0:6000::/50", "/network/pods: fd00:42:0:6000::/50 is no network"),
        ("network.pods[0]=fd00::42::/48", "/network/pods: fd00::42::/48 is no network"),
        ("network.pods[0]=fd00:42/48", "/network/pods/0"),
        (rollout((5, "10s")), "/workflows/controller/rollout/0/pauseDuration"),
        (rollout((60, "1m"), (50, "1m")), "/workflows/controller/rollout: rampPercentage 50 does not follow on 60"),
        ("parts.identity-api.env.RELANCE_SEALING_KEYS=s3cret", "RELANCE_SEALING_KEYS"),
        ("parts.identity-api.env.RELANCE_OIDC_CLIENT_SECRET=s3cret", "RELANCE_OIDC_CLIENT_SECRET"),
        ("autoscaling.keda=true,nats.auth=credentials", "/autoscaling/natsAccount"),
        ("autoscaling.keda=true,temporal.auth=none", "/autoscaling/keda"),
        ("workflows.controller.enabled=true,temporal.auth=none", "/temporal/serverName"),
        (f"{IN_CLEAR_TEXT},temporal.serverName=temporal.example.com", "/temporal/serverName"),
        (f"{IN_CLEAR_TEXT},temporal.ca.secret=temporal-ca", "/temporal/ca/secret"),
        ("url=https://Relance.example.com", "/url"),
        ("url=https://relance..example.com", "/url"),
        ("url=https://10.0.0.1,ingress.enabled=true", "/url: 10.0.0.1 is an address"),
        ("url=https://10.0.0.1:8443,gateway.enabled=true,gateway.parents[0].name=a", "/url: 10.0.0.1 is an address"),
        ("url=https://[fd00::1]:8443,ingress.enabled=true", "/url: fd00::1 is an address"),
        ("exposed.billing=10.0.0.1", "/exposed/billing: 10.0.0.1 is an address"),
        ("exposed.billing=billing..example.com", "/exposed/billing"),
    ],
)
def test_a_wrong_value_is_refused_and_named(values: str, said: str) -> None:
    with pytest.raises(HelmFailed) as refused:
        helm.template(helm.CHART, more=values)

    assert said in str(refused.value)


def test_a_temporal_in_clear_text_is_none_of_them() -> None:
    assert helm.template(helm.CHART, more=IN_CLEAR_TEXT)


@pytest.mark.parametrize("url", ["https://relance.example.com:8443", "https://10.0.0.1:8443", "https://[fd00::1]"])
def test_nor_is_an_address_behind_a_proxy_of_ones_own(url: str) -> None:
    assert helm.template(helm.CHART, more=f"url={url}")


@pytest.mark.parametrize("release", ["relance.prod", "1relance"])
def test_a_release_after_which_no_service_can_be_named(release: str) -> None:
    with pytest.raises(HelmFailed, match=f"the release {re.escape(release)}: a Service takes"):
        helm.template(helm.CHART, release=release)


def test_networks_of_every_size_are_taken() -> None:
    known = (
        *(
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.64.0.0/10",
            "10.42.0.0/16",
            "192.168.255.0/24",
            "10.42.7.254/31",
            "10.0.0.7/32",
        ),
        *("::/0", "fd00::/8", "fd00:42::/48", "fd00:42:0:4000::/50", "2001:db8:0:0:8000::/65", "::1/128"),
        "1:2:3:4:5:6:7:8/128",
    )
    assert [ip_network(each).with_prefixlen for each in known]
    asked = ",".join(f"network.pods[{index}]={each}" for index, each in enumerate(known))

    assert ",".join(known) in helm.template(helm.CHART, more=asked)

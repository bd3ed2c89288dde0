"""What a cluster or a process would refuse is refused before anything is made, the hooks included."""

import re

import pytest

from deploy.chart import helm
from deploy.chart.helm import HelmFailed

IN_CLEAR_TEXT = "temporal.auth=none,temporal.tls=false"


@pytest.mark.parametrize(
    ("values", "said"),
    [
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
def test_values_that_something_would_refuse_later(values: str, said: str) -> None:
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

"""Whose word on a browser's address is taken."""

import pytest

from chassis.addresses import address_of, networks

PODS = "10.42.0.0/16, fd00:42::/48"


@pytest.mark.parametrize(
    ("peer", "told", "taken"),
    [
        ("10.42.7.1", "203.0.113.9", "203.0.113.9"),
        ("fd00:42::7", "2001:db8::9", "2001:db8::9"),
        ("10.43.0.1", "203.0.113.9", "10.43.0.1"),
        ("10.42.7.1", None, "10.42.7.1"),
        ("10.42.7.1", "an address", "10.42.7.1"),
        (None, "203.0.113.9", None),
    ],
)
def test_a_trusted_peer_tells_the_address_of_the_browser(peer: str | None, told: str | None, taken: str | None) -> None:
    assert address_of(peer, told, PODS) == taken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.42.1.0/16", "'10.42.1.0/16' is an address in a network; expected 10.42.0.0/16"),
        (f"{PODS},fd00:42::1/48", "'fd00:42::1/48' is an address in a network; expected fd00:42::/48"),
        ("10.42.0.0/33", "'10.42.0.0/33' is no network; expected for example 10.42.0.0/16"),
        ("ingress", "'ingress' is no network"),
    ],
)
def test_what_is_no_network_is_refused_with_what_is_expected(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        networks(text)

    assert said in str(refused.value)

"""Where a request comes from."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


def address_of(peer: str | None, told: str | None, trusted: str) -> str | None:
    """The browser's address: what a trusted peer tells of it, else the peer's own.

    `trusted`: networks with commas between, such as "127.0.0.0/8,::1/128".
    """
    if told is None or peer is None or not _is_within(peer, trusted):
        return peer
    try:
        return str(ip_address(told))
    except ValueError:
        return peer


def networks(text: str) -> Sequence[Network]:
    """With commas between; ValueError, with what is expected, where one is none."""
    return [_network(each.strip()) for each in text.split(",") if each.strip()]


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no network; expected for example 10.42.0.0/16") from None
    raise ValueError(f"{text!r} is an address in a network; expected {meant}")


def _is_within(peer: str, trusted: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks(trusted))

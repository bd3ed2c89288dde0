"""Where a request comes from."""

from ipaddress import ip_address, ip_network


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


def _is_within(peer: str, trusted: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(each.strip()) for each in trusted.split(",") if each.strip())

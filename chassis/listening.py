"""Where a process listens: on one address, or with `*` on every one of both families that the machine has."""

import errno
import socket
from collections.abc import Mapping

EVERY_ADDRESS = "*"
ANY = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 (asked for by name; the network says who comes in)
NOT_HERE = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
"""What a kernel says of a family that it was built or started without."""


def sockets(host: str, port: int, families: Mapping[socket.AddressFamily, str] = ANY) -> list[socket.socket] | None:
    """For `*` one of each family; None for any other host, which a server binds by itself.

    Not one for both: it would show callers of IPv4 as ::ffff:10.0.0.1, which is in no network that is trusted.
    """
    if host != EVERY_ADDRESS:
        return None
    found = [each for family, address in families.items() if (each := _listening(family, address, port))]
    if not found:
        raise OSError(errno.EAFNOSUPPORT, "this machine has neither IPv4 nor IPv6")
    return found


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket | None:
    """None where the machine has no such family."""
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        if error.errno in NOT_HERE:
            return None
        raise


def by_one_socket(address: str) -> str:
    """`*:9464` for a program that has one socket: of both families, or of IPv4 alone where there is no other."""
    host, _, port = address.rpartition(":")
    if host != EVERY_ADDRESS:
        return address
    return f"{'[::]' if socket.has_dualstack_ipv6() else ANY[socket.AF_INET]}:{port}"

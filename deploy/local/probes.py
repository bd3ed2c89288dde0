"""Questions to a listening process. Each answers within a few seconds, and never raises."""

import http.client
import socket

from deploy.local.ports import LOOPBACK

PATIENCE_S = 4.0  # a process's own checks may take two before it says what fails


def answers_http(port: int, path: str) -> bool:
    """Whether GET `path` on this port of the loopback address answers 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def greeting(port: int) -> bytes:
    """The first bytes, at most 4 kB, that the server on this port says by itself; b"" for none."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=PATIENCE_S) as connection:
            return connection.recv(4096)
    except OSError:
        return b""

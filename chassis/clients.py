"""Clients of HTTP that trust the authorities of the system, which take 50 ms to read: once for a process."""

import ssl
from functools import cache
from typing import Any

import httpx2


def http_client(**options: Any) -> httpx2.AsyncClient:
    """Takes the options of the library's own, but for `verify`."""
    return httpx2.AsyncClient(verify=authorities(), **options)


@cache
def authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()

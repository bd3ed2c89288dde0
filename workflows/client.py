"""The connection to Temporal: one data converter and one tracing for starters and workers."""

from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter


async def connect(
    address: str, namespace: str, *, api_key: str | None = None, tls: bool = False, lazy: bool = True
) -> Client:
    """A client of the namespace. A lazy one connects at its first use; a worker needs one that is connected."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=pydantic_data_converter,
        interceptors=[TracingInterceptor()],
        api_key=api_key,
        tls=tls,
        lazy=lazy,
    )

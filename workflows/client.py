"""The connection to Temporal: one data converter and one tracing for starters and workers."""

from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter


async def connect(address: str, namespace: str, *, api_key: str | None = None, tls: bool = False) -> Client:
    """A client of the namespace; the first use waits for the server, a few seconds at most."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=pydantic_data_converter,
        interceptors=[TracingInterceptor()],
        api_key=api_key,
        tls=tls,
        lazy=True,
    )

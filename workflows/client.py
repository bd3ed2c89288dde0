"""The connection to Temporal: one data converter and one tracing for starters and workers."""

from datetime import timedelta
from functools import cache
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import TLSConfig

from chassis.settings import TemporalSettings

CONNECTED_WITHIN = timedelta(seconds=10)
ANSWERS_WITHIN = timedelta(seconds=2)


async def connect_as_set(settings: TemporalSettings, *, lazy: bool = True) -> Client:
    key = settings.temporal_api_key
    return await connect(
        settings.temporal_address,
        settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=tls_of(settings),
        lazy=lazy,
        runtime=_telling(settings.temporal_metrics) if settings.temporal_metrics else None,
    )


@cache
def _telling(address: str) -> Runtime:
    metrics = PrometheusConfig(bind_address=address, durations_as_seconds=True)
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))


def tls_of(settings: TemporalSettings) -> TLSConfig | None:
    """None in clear text; without an authority of its own the system's are trusted."""
    if not settings.temporal_tls:
        return None
    return TLSConfig(
        server_root_ca_cert=_read(settings.temporal_ca),
        domain=settings.temporal_server_name,
        client_cert=_read(settings.temporal_certificate),
        client_private_key=_read(settings.temporal_certificate_key),
    )


def _read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None


async def connect(
    address: str,
    namespace: str,
    *,
    api_key: str | None = None,
    tls: TLSConfig | None = None,
    lazy: bool = True,
    runtime: Runtime | None = None,
) -> Client:
    """A client of the namespace. A lazy one connects at its first use; a worker needs one that is connected."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=pydantic_data_converter,
        interceptors=[TracingInterceptor()],
        api_key=api_key,
        tls=tls or False,
        lazy=lazy,
        runtime=runtime,
        connect_timeout=CONNECTED_WITHIN,
    )


async def check(client: Client) -> None:
    """For `/readyz`: raises unless Temporal tells of the namespace, to whoever may use that one alone.

    Not by `check_health`, which belongs to no namespace: Temporal Cloud refuses it for a key of one.
    """
    request = DescribeNamespaceRequest(namespace=client.namespace)
    await client.workflow_service.describe_namespace(request, timeout=ANSWERS_WITHIN)

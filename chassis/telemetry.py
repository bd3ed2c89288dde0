"""Logs as JSON with the trace they belong to, and traces that leave by OTLP when told where to."""

import logging
import sys
from typing import Any

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pythonjsonlogger.json import JsonFormatter

from chassis.redaction import names_of, redacted, without_people
from chassis.settings import Settings


class TraceFilter(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def filter(self, record: logging.LogRecord) -> bool:
        context = trace.get_current_span().get_span_context()
        record.service = self.service
        known = getattr(record, "trace_id", None)
        record.trace_id = f"{context.trace_id:032x}" if context.is_valid else known
        return True


class DiscreetFormatter(JsonFormatter):
    """Errors quote what they are about: the row, the field's value, the recipient. The log does not."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: without_people(value) if isinstance(value, str) else value for name, value in log_data.items()}


class WithoutSecrets(SpanProcessor):
    """Leaves the secrets of links, and what people look for, out of the addresses that spans tell."""

    def on_start(self, span: Span, parent_context: otel.Context | None = None) -> None:
        path = (span.attributes or {}).get("url.path")
        if isinstance(path, str):
            span.set_attribute("url.path", redacted(path))
        query = (span.attributes or {}).get("url.query")
        if isinstance(query, str) and query:
            span.set_attribute("url.query", names_of(query))


def start(service: str, settings: Settings) -> None:
    """Set up the process's logging and tracing; call it once, first."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(TraceFilter(service))
    handler.setFormatter(
        DiscreetFormatter("{asctime}{levelname}{service}{name}{message}{trace_id}", style="{", rename_fields=NAMES)
    )
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for noisy in ("httpx2", "httpcore2", "uvicorn.access", "fontTools", "weasyprint"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    provider = TracerProvider(resource=Resource.create({"service.name": f"relance-{service}"}))
    provider.add_span_processor(WithoutSecrets())
    if settings.otlp_endpoint:
        exporter = OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}


def trace_id() -> str | None:
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None

"""Secret links stay out of traces and logs."""

from opentelemetry.sdk.trace import TracerProvider

from chassis.redaction import redacted
from chassis.telemetry import WithoutSecrets

SECRET = "uJ4xkmA0" * 5 + "abc"


def test_a_secret_is_left_out_of_an_address_and_ids_stay() -> None:
    assert redacted(f"/public/quotes/{SECRET}/pdf") == "/public/quotes/…/pdf"
    path = "/quotes/0197f3c2-0000-7000-8000-000000000001/pdf"
    assert redacted(path) == path


def test_a_span_tells_its_address_without_the_secret() -> None:
    provider = TracerProvider()
    provider.add_span_processor(WithoutSecrets())

    span = provider.get_tracer("tests").start_span("GET", attributes={"url.path": f"/q/{SECRET}"})

    assert SECRET not in str(getattr(span, "attributes", SECRET))
    span.end()
    provider.shutdown()

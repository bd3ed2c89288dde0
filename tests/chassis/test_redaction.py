"""Secret links stay out of traces and logs, and people out of logs."""

import logging
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider

from chassis.redaction import redacted, without_people
from chassis.telemetry import DiscreetFormatter, WithoutSecrets

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


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("payer: Input should be an object (got 'Anne Brun')", "payer: Input should be an object (got …)"),
        ("email: 'anne at brun' is not valid; expected one", "email: … is not valid; expected one"),
        ("550 5.1.1 <anne.brun@example.com>: no such user", "550 5.1.1 <…@…>: no such user"),
        (
            "null value in column\nDETAIL:  Failing row contains (1, Anne Brun, 3 rue du Port).\n[SQL: insert]",
            "null value in column\nDETAIL: …\n[SQL: insert]",
        ),
        ("[type=int, input_value='Anne Brun', input_type=str]", "[type=int, input_value=…, input_type=str]"),
        ("invoice F-2026-00042 is settled", "invoice F-2026-00042 is settled"),
        ("consumer dunning-invoice on BILLING: 3 wait", "consumer dunning-invoice on BILLING: 3 wait"),
    ],
)
def test_a_log_leaves_out_what_an_error_quotes_of_a_person(said: str, logged: str) -> None:
    assert without_people(said) == logged


def test_the_formatter_of_every_process_leaves_it_out_of_errors_too() -> None:
    formatter = DiscreetFormatter("{message}", style="{")
    try:
        raise ValueError("DETAIL: Failing row contains (Anne Brun)")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "refused %s", ("a.brun@example.com",), sys.exc_info())

    line = formatter.format(record)

    assert "Anne" not in line
    assert "brun" not in line
    assert "ValueError" in line


def test_a_span_tells_what_was_asked_by_and_not_what_was_asked_for() -> None:
    provider = TracerProvider()
    provider.add_span_processor(WithoutSecrets())

    span = provider.get_tracer("tests").start_span("GET", attributes={"url.query": "q=Anne+Brun&limit=50"})

    assert (getattr(span, "attributes", None) or {})["url.query"] == "q&limit"
    span.end()
    provider.shutdown()

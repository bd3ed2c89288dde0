"""The schemas that publishers read are strict: what they let through, billing can read."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from contracts.events import Event, PaymentReceived, PaymentReversed
from contracts.json_schema import schema_of

NEARLY = ["", "0", "0.00", "-1.00", "12,50", "12.5", "1.005", "007", "1e3", "9" * 13, "9" * 14, "EUR", "EURO", "eur"]
DATES = [
    "2026-02-03",
    "2026-02-30",
    "1926-02-03",
    "2100-01-01",
    "2026-2-3",
    "20260203",
    "03/02/2026",
    "2026-02-03T00:00",
]
OTHERS = ["transfer", "cheque", "virement", "demo", "Demo", "a\0b", "F-2026-00042", "x" * 36, "x" * 1001, "é", "a b"]
# `$` of Python's re also matches before a last line feed; that of ECMA 262, which JSON Schema means, does not
anything = (
    st.sampled_from(NEARLY + DATES + OTHERS)
    | st.text(max_size=8).filter(lambda text: not text.endswith("\n"))
    | st.none()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.just({"name": "Lefèvre"})
    | st.just({"nom": "Lefèvre"})
)


def fits(event: type[Event], body: object) -> bool:
    return Draft202012Validator(schema_of(event), format_checker=FormatChecker()).is_valid(body)


def is_read(event: type[Event], body: object) -> bool:
    try:
        event.model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return True


@given(field=st.sampled_from([*PaymentReceived.model_fields, "surprise"]), value=anything)
def test_a_payment_that_fits_the_schema_can_be_read(field: str, value: object) -> None:
    body = PaymentReceived.example | {field: value}

    assert not fits(PaymentReceived, body) or is_read(PaymentReceived, body)


@given(field=st.sampled_from([*PaymentReversed.model_fields, "surprise"]), value=anything)
def test_a_reversal_that_fits_the_schema_can_be_read(field: str, value: object) -> None:
    body = PaymentReversed.example | {field: value}

    assert not fits(PaymentReversed, body) or is_read(PaymentReversed, body)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "12,50"}, "amount"),
        ({"amount": 12.5}, "amount"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-3.00"}, "amount"),
        ({"amount": "12.505"}, "amount"),
        ({"amount": "1" + "0" * 13}, "amount"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "ABC"}, "currency"),
        ({"received_on": "1926-02-03"}, "received_on"),
        ({"received_on": "2026-02-30"}, "received_on"),
        ({"received_on": 1770076800}, "received_on"),
        ({"received_on": "03/02/2026"}, "received_on"),
        ({"method": "virement"}, "method"),
        ({"payment_id": ""}, "payment_id"),
        ({"payment_id": "with a space"}, "payment_id"),
        ({"payment_id": "é"}, "payment_id"),
        ({"payment_id": "x" * 129}, "payment_id"),
        ({"organisation": "Demo SARL"}, "organisation"),
        ({"remittance": "a\0b"}, "remittance"),
        ({"invoice_number": "F" * 36}, "invoice_number"),
        ({"payer": {"nom": "Lefèvre"}}, "payer.nom"),
        ({"ammount": "12.50"}, "ammount"),
    ],
)
def test_schema_and_reader_refuse_the_same_mistakes(changes: dict[str, Any], field: str) -> None:
    body = PaymentReceived.example | changes

    assert not fits(PaymentReceived, body)
    with pytest.raises(ValidationError) as refused:
        PaymentReceived.model_validate_json(json.dumps(body))
    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == field


@pytest.mark.parametrize("event", [PaymentReceived, PaymentReversed])
def test_every_required_field_is_missed(event: type[Event]) -> None:
    for field in schema_of(event)["required"]:
        body = {name: value for name, value in event.example.items() if name != field}
        assert not fits(event, body)
        assert not is_read(event, body)


@pytest.mark.parametrize("event", [PaymentReceived, PaymentReversed])
def test_patterns_are_in_the_dialect_that_every_language_shares(event: type[Event]) -> None:
    """No lookaround, no Unicode escapes, no classes that mean more in some languages."""
    patterns = re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(schema_of(event)))

    assert patterns
    assert not [pattern for pattern in patterns if re.search(r"\(\?|\\\\[dwsup]", pattern)]


def test_an_amount_is_the_same_however_many_zeros_it_is_written_with() -> None:
    written = [PaymentReceived.model_validate(PaymentReceived.example | {"amount": each}) for each in ("7", "7.0")]

    assert {each.model_dump_json() for each in written} == {written[0].model_dump_json()}
    assert '"amount":"7.00"' in written[0].model_dump_json()

"""The base of every contract and the field types that several contracts share."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationError,
)

from contracts.currencies import CURRENCIES


class Contract(BaseModel):
    """Immutable data between parts; readers ignore what newer writers add."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Input(BaseModel):
    """Data that comes from outside: an unknown field is a mistake and is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)


def _decimal_from_text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise ValueError(f'{value!r:.80} is not a decimal string; expected for example "1234.50"')
    return Decimal(value)


DecimalString = Annotated[
    Decimal,
    BeforeValidator(_decimal_from_text, json_schema_input_type=str),
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
    Field(json_schema_extra={"pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"}),
]
"""An exact decimal, a string on the wire: floats and decimal commas are refused."""


CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 13


def _in_cents(value: Decimal) -> Decimal:
    if abs(value) >= LARGEST:
        raise ValueError(f"{value:f} is too large; expected at most 13 digits before the point")
    if value != value.quantize(CENT):
        raise ValueError(f"{value:f} has more than two decimals")
    return (value + 0).quantize(CENT)  # + 0: no negative zero


Amount = Annotated[
    DecimalString,
    AfterValidator(_in_cents),
    Field(json_schema_extra={"pattern": r"^-?[0-9]{1,13}(\.[0-9]{1,2})?$"}),
]
"""An amount of money in the units of its currency, at most two decimals (EN 16931, BR-DEC); "7" is "7.00"."""


def _known_currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError(f"{value!r:.80} is not an ISO 4217 currency code; expected for example EUR")
    return value


Currency = Annotated[str, AfterValidator(_known_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def _written_as_iso_8601(value: Any) -> Any:
    """Left alone, pydantic reads a number as seconds since 1970 and takes a moment at midnight for a date."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        raise ValueError(f'{value!r:.80} is not a date; expected for example "2026-01-31"')
    return value


def _of_this_century(value: date) -> date:
    if not EARLIEST <= value <= LATEST:
        raise ValueError(f"{value.isoformat()} is out of range; expected {EARLIEST} to {LATEST}")
    return value


BusinessDate = Annotated[
    date,
    BeforeValidator(_written_as_iso_8601),
    AfterValidator(_of_this_century),
    Field(json_schema_extra={"pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"}),
]
"""A calendar date of 2000 to 2099 (rule BR-FR-03 of the French CTC profile)."""


UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _storable(value: str) -> str:
    if found := UNSTORABLE.search(value):
        raise ValueError(f"the character U+{ord(found[0]):04X} is not text")
    return value


Text = Annotated[str, AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\x00]*$"})]
"""A text that PostgreSQL can store: no NUL, and no half of a character, which JSON may escape."""

Instant = Annotated[AwareDatetime, AfterValidator(lambda value: value.astimezone(UTC))]
"""A moment with its offset, kept in UTC."""

_DAY = TypeAdapter(BusinessDate)
_INSTANT = TypeAdapter(Instant)


def _day_or_instant(value: Any) -> date:
    is_day = isinstance(value, str) and ISO_DATE.fullmatch(value)
    try:
        return _DAY.validate_python(value) if is_day else _INSTANT.validate_python(value)
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ValueError(f'{said}; expected a date or a moment, "2026-01-31" or "2026-01-31T09:00:00Z"') from None


DayOrInstant = Annotated[date, PlainValidator(_day_or_instant, json_schema_input_type=BusinessDate | AwareDatetime)]
"""A `datetime` in UTC, or a `date`, which begins at midnight of the organisation's time zone."""

OrganisationId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""The legal entity that sells, for example `demo`."""

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""The stable name of a scenario, a step or a template, for example `first-reminder`."""

CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""


def instant(text: str) -> datetime:
    """What `utc` wrote; ValueError (pydantic's) for anything that is not a moment with its offset."""
    return _INSTANT.validate_python(text)


def utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Columns of the service's tables: contracts kept as JSON."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Kept = TypeVar("Kept")


class Json(TypeDecorator[Kept], Generic[Kept]):
    """A `jsonb` column of values that pydantic knows: written and read as `kind`."""

    impl = JSONB
    cache_ok = True

    def __init__(self, kind: type[Kept]) -> None:
        super().__init__(none_as_null=True)
        self.kind = kind

    def process_bind_param(self, value: Kept | None, dialect: Dialect) -> Any:
        return None if value is None else TypeAdapter(self.kind).dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Kept | None:
        return None if value is None else TypeAdapter(self.kind).validate_python(value)

"""Types of columns that several tables have."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Dialect, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Value = TypeVar("Value")

MONEY = Numeric(15, 2)


class JsonOf(TypeDecorator[Value], Generic[Value]):
    """Contracts as jsonb, read back as what they were. Assign whole values: a change inside one is not seen."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: type[Value]) -> None:
        super().__init__()
        self.kind = kind
        self._adapter = TypeAdapter(kind)

    def process_bind_param(self, value: Value | None, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Value | None:
        return None if value is None else self._adapter.validate_python(value)

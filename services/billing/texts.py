"""Texts that people give, without characters that no document can show."""

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.lines import Text

__all__ = ["Line", "Name", "ShortLine", "Text"]


def _on_one_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise ValueError("a line break or tab is not allowed; expected one line")
    return value


Line = Annotated[Text, AfterValidator(_on_one_line)]
Name = Annotated[Line, Field(min_length=1, max_length=200)]
ShortLine = Annotated[Line, Field(max_length=100)]

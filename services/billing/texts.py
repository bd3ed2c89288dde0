"""Texts that people give, without characters that no document can show."""

from typing import Annotated

from pydantic import Field

from contracts.lines import OneLine as Line
from contracts.lines import Text

__all__ = ["Line", "Name", "ShortLine", "Text"]

Name = Annotated[Line, Field(min_length=1, max_length=200)]
ShortLine = Annotated[Line, Field(max_length=100)]

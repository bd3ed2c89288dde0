"""Tables: which columns there are, what they are sorted by, and the addresses that sort and go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.console.web.links import link


@dataclass(frozen=True)
class Column:
    """`label` is marked for translation; `sorts` is the service's name of the order, None where there is none."""

    label: str
    sorts: str | None = None
    align: Literal["start", "end"] = "start"


@dataclass(frozen=True)
class Table:
    """`query` is what the page was asked, filters included; `following` the cursor of the next rows.

    A name with a hyphen before it is the same order backwards.
    """

    path: str
    columns: Sequence[Column]
    query: Mapping[str, str]
    sort: str
    following: str | None

    def direction(self, column: Column) -> Literal["ascending", "descending", "none"]:
        if column.sorts is None or self.sort.lstrip("-") != column.sorts:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"

    def sorted_by(self, column: Column) -> str:
        """The address that sorts by the column, or turns it round."""
        backwards = self.direction(column) == "ascending"
        return link(self.path, self.query, sort=f"{'-' if backwards else ''}{column.sorts}", cursor=None)

    @property
    def more(self) -> str | None:
        return link(self.path, self.query, cursor=self.following) if self.following else None

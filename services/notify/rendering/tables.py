"""Several rows as one value of a template: lines in a text, a table in HTML, where they stand as they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

LONGEST_CELL = 32
"""Characters in a text, where a longer name would push the figures off the line."""
HEAD = Markup(
    '<th scope="col" align="{side}" style="padding:4px {gap} 4px 0;border-bottom:1px solid #d9e0e7;'
    'font-size:13px;line-height:18px;font-weight:600;color:#5d6b78;white-space:{wrap};word-break:normal">{cell}</th>'
)
CELL = Markup(
    '<td align="{side}" style="padding:4px {gap} 4px 0;font-size:14px;line-height:20px;color:#1c2b39;'
    'white-space:{wrap}">{cell}</td>'
)
TABLE = Markup(
    '<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 20px">'
    "<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
)


@dataclass(frozen=True)
class TableText:
    """`_figures` are the columns whose cells stand at the right; it is false without rows."""

    _headings: tuple[str, ...]
    _rows: tuple[tuple[str, ...], ...]
    _figures: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self._rows)

    def __str__(self) -> str:
        rows = [tuple(_cut(cell) for cell in row) for row in (self._headings, *self._rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(self._line(row, widths) for row in rows)

    def __html__(self) -> Markup:
        """What a template prints where HTML is escaped: the cells are escaped here."""
        body = Markup("").join(Markup("<tr>{}</tr>").format(self._cells(CELL, row)) for row in self._rows)
        return TABLE.format(head=self._cells(HEAD, self._headings), body=body)

    def _line(self, row: Iterable[str], widths: Iterable[int]) -> str:
        cells = [
            cell.rjust(width) if number in self._figures else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"  {'  '.join(cells)}".rstrip()

    def _cells(self, form: Markup, row: Sequence[str]) -> Markup:
        """Figures are not broken over two lines, on however small a screen."""
        return Markup("").join(
            form.format(
                side="right" if number in self._figures else "left",
                gap="8px" if number < len(row) - 1 else "0",
                wrap="nowrap" if number in self._figures else "normal",
                cell=cell,
            )
            for number, cell in enumerate(row)
        )


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…"

"""What a process that prints letters does. Only those processes import this module."""

import json

from weasyprint.text.fonts import FontConfiguration

from chassis.printing_child import rendered
from services.notify.letters.press import PAGES

BLANK = "<style>@page { size: A4 }</style>"


def letters(request: bytes) -> bytes:
    asked = json.loads(request)
    count, pdf = printed(asked["pages"], is_duplex=asked["is_duplex"])
    return PAGES.pack(count) + pdf


def printed(pages: list[str], *, is_duplex: bool) -> tuple[int, bytes]:
    """The number of pages and the PDF of one or many letters."""
    fonts = FontConfiguration()
    documents = [rendered(page, fonts) for page in pages]
    sheets = [page for document in documents for page in document.pages]
    if is_duplex:
        back = rendered(BLANK, fonts).pages
        sheets = [page for document in documents for page in document.pages + back[: len(document.pages) % 2]]
    return len(sheets), documents[0].copy(sheets).write_pdf()

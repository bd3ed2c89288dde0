"""What a printing process does. Only those processes import this module: it loads the font libraries."""

import json

from weasyprint import HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from services.notify.letters.press import PAGES
from services.notify.rendering.child import TooSlow

MEMORY = 1536
"""MiB of address space: a letter needs about 400."""


BLANK = "<style>@page { size: A4 }</style>"


class OutOfReach(FatalURLFetchingError):
    """A page may bring its own pictures; it reads no file and no address, since an admin can write it."""


class NothingButData(URLFetcher):
    def __init__(self) -> None:
        URLFetcher.__init__(self, allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if not url.lower().startswith("data:"):
            raise OutOfReach(f"{url[:200]} is not fetched; expected a data: address in its place")
        response: URLFetcherResponse = URLFetcher.fetch(self, url, headers)
        return response


def answer(request: bytes) -> bytes:
    asked = json.loads(request)
    try:
        count, pdf = printed(asked["pages"], is_duplex=asked["is_duplex"])
    except (FatalURLFetchingError, ValueError) as error:
        return PAGES.pack(0) + str(error).encode()
    except TooSlow as error:
        return PAGES.pack(0) + f"it takes more than {error} s of computing".encode()
    except MemoryError:
        return PAGES.pack(0) + b"it needs too much memory"
    return PAGES.pack(count) + pdf


def printed(pages: list[str], *, is_duplex: bool) -> tuple[int, bytes]:
    """The number of pages and the PDF of one or many letters."""
    fonts = FontConfiguration()
    documents = [_rendered(page, fonts) for page in pages]
    sheets = [page for document in documents for page in document.pages]
    if is_duplex:
        back = _rendered(BLANK, fonts).pages
        sheets = [page for document in documents for page in document.pages + back[: len(document.pages) % 2]]
    return len(sheets), documents[0].copy(sheets).write_pdf()


def _rendered(page: str, fonts: FontConfiguration) -> Document:
    document: Document = HTML(string=page, url_fetcher=NothingButData()).render(font_config=fonts)
    return document

"""What a printing process does. Only those processes import this module: it loads the font libraries."""

import json
from collections.abc import Callable

from weasyprint import HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from chassis.child import TooSlow, serve
from chassis.printing import PRINTED, REFUSED

CPU_SECONDS = 240.0
"""A document of five hundred lines takes seven; one of as many long paragraphs takes minutes."""
MEMORY = 1536
"""MiB of address space: a document needs about 400."""

FIRST_PAGE = """
<style>h1 { font-family: serif } code { font-family: monospace } em { font-weight: bold }</style>
<h1>1234,56 €</h1><p>Été <b>gras</b> <i>italique</i> <em>both</em> <code>00</code></p>
<table><tr><td>1<td>2</table><svg viewBox="0 0 1 1"><path d="M0 0h1"/></svg>
"""


class OutOfReach(FatalURLFetchingError):
    """A page may bring its own pictures; it reads no file and no address, since people write parts of it."""


class NothingButData(URLFetcher):
    def __init__(self) -> None:
        URLFetcher.__init__(self, allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if not url.lower().startswith("data:"):
            raise OutOfReach(f"{url[:200]} is not fetched; expected a data: address in its place")
        response: URLFetcherResponse = URLFetcher.fetch(self, url, headers)
        return response


def serve_printing(work: Callable[[bytes], bytes], *, cpu_seconds: float = CPU_SECONDS, memory: int = MEMORY) -> None:
    """Answer requests of a `Printer`; the libraries and fonts are loaded before the first."""
    serve(lambda request: answered(work, request), prepare=warm_up, cpu_seconds=cpu_seconds, memory=memory)


def answered(work: Callable[[bytes], bytes], request: bytes) -> bytes:
    try:
        return PRINTED + work(request)
    except (FatalURLFetchingError, ValueError) as error:
        return REFUSED + str(error).encode()
    except TooSlow as error:
        return REFUSED + f"it takes more than {error} s of computing".encode()
    except MemoryError:
        return REFUSED + b"it needs too much memory"


def rendered(html: str, fonts: FontConfiguration | None = None) -> Document:
    document: Document = HTML(string=html, url_fetcher=NothingButData()).render(font_config=fonts)
    return document


def printed(html: str, identifier: str | None = None) -> bytes:
    pdf: bytes = rendered(html).write_pdf(pdf_identifier=identifier.encode() if identifier else None)
    return pdf


def warm_up() -> None:
    printed(FIRST_PAGE)


def one_document(request: bytes) -> bytes:
    return printed(**json.loads(request))


if __name__ == "__main__":
    serve_printing(one_document)

"""A mail's HTML in a frame: its own styles are allowed one by one, and nothing else is.

No script, no form, no picture from elsewhere: what an admin wrote, and what a customer is called, can do nothing.
"""

import base64
import hashlib
from html import escape
from html.parser import HTMLParser

from starlette.responses import HTMLResponse

MOST_STYLES = 400
"""Further ones are not shown: each stands in a header."""


def framed(html: str) -> HTMLResponse:
    return HTMLResponse(html, headers={"content-security-policy": policy_for(html)})


def plain(text: str) -> HTMLResponse:
    """A mail without HTML."""
    return framed(f'<!doctype html><meta charset="utf-8"><title>-</title><pre>{escape(text)}</pre>')


def policy_for(html: str) -> str:
    """With the hash of each style that the text has: `unsafe-inline` would allow any."""
    found = _Styles()
    found.feed(html)
    found.close()
    hashes = " ".join(f"'sha256-{_digest(style)}'" for style in list(dict.fromkeys(found.styles))[:MOST_STYLES])
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'unsafe-hashes' {hashes}" if hashes else "style-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox",
        )
    )


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


class _Styles(HTMLParser):
    """The attributes `style` and the contents of `<style>`, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: list[str] = []
        self.sheet: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.styles += [value for name, value in attrs if name == "style" and value]
        if tag == "style":
            self.sheet = []

    def handle_data(self, data: str) -> None:
        if self.sheet is not None:
            self.sheet.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self.sheet is not None:
            self.styles.append("".join(self.sheet))
            self.sheet = None

"""The templates that every organisation has until it writes its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from contracts.parties import Language
from services.notify.rendering.catalogue import About
from services.notify.rendering.jobs import Sources

FILES = Path(__file__).parent / "defaults"

ABOUT: Mapping[str, About] = {
    "first-reminder": "receivable",
    "second-reminder": "receivable",
    "third-reminder": "receivable",
    "call": "receivable",
    "formal-notice": "receivable",
    "quote": "quote",
    "quote-follow-up": "quote",
    "overdue-list": "overdue_list",
}
"""The keys in the order in which people meet them. `call` is a note for a colleague and has no HTML;
the HTML of `formal-notice` is the body of a letter, between its address and its footer; `overdue-list` is the weekly
list for a colleague."""


@dataclass(frozen=True)
class DefaultTemplate:
    key: str
    about: About
    sources: Mapping[Language, Sources]


@lru_cache
def default_templates() -> Mapping[str, DefaultTemplate]:
    """Every default by its key, from `defaults/KEY.LANGUAGE.{subject,txt,html}.jinja`."""
    return {
        key: DefaultTemplate(key, about, {each: _read(key, each) for each in Language}) for key, about in ABOUT.items()
    }


def _read(key: str, language: Language) -> Sources:
    stem = f"{key}.{language}"
    html = FILES / f"{stem}.html.jinja"
    return Sources(
        subject=(FILES / f"{stem}.subject.jinja").read_text().strip(),
        text=(FILES / f"{stem}.txt.jinja").read_text(),
        html=html.read_text() if html.exists() else "",
    )

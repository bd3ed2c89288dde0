"""Which text a key stands for, and why a text is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.problems import DomainError
from contracts.parties import Language
from services.notify.rendering.catalogue import ABOUTS, About
from services.notify.rendering.jobs import Problem, Sources
from services.notify.templates.defaults import DefaultTemplate
from services.notify.templates.models import Template


class TemplateRefused(DomainError):
    """A text cannot be used: `errors` name the part, line and column, what stands there and what is expected."""

    status = 422

    def __init__(self, sources: Sources, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.errors = [
            {
                "field": problem.part or "template",
                "line": problem.line,
                "column": problem.column,
                "value": _line(sources, problem),
                "expected": problem.message,
                "code": problem.code,
                "length": problem.length,
                "name": problem.name,
                "suggestion": problem.suggestion,
            }
            for problem in problems
        ]

    @property
    def facts(self) -> dict[str, Any]:
        return {"errors": self.errors}


def _line(sources: Sources, problem: Problem) -> str:
    lines = sources.of(problem.part).split("\n") if problem.part else []
    return lines[problem.line - 1].strip()[:200] if problem.line and problem.line <= len(lines) else ""


@dataclass(frozen=True)
class Text:
    """One language of a template; `updated_at` is None for a default."""

    sources: Sources
    is_default: bool
    updated_at: datetime | None = None
    updated_by: str | None = None
    updated_by_name: str | None = None


@dataclass(frozen=True)
class EffectiveTemplate:
    """A template as the organisation uses it."""

    key: str
    about: About
    texts: Mapping[Language, Text]

    def in_language(self, language: Language) -> tuple[Language, Text]:
        """The text for a reader; in the other language when this one was never written."""
        if language in self.texts:
            return language, self.texts[language]
        return next(iter(self.texts.items()))


def effective(key: str, default: DefaultTemplate | None, own: Iterable[Template]) -> EffectiveTemplate | None:
    """What the organisation wrote over the default; None when there is neither."""
    rows = list(own)
    if default is None and not rows:
        return None
    texts = (
        {language: Text(sources, is_default=True) for language, sources in default.sources.items()} if default else {}
    )
    texts |= {row.language: _text(row) for row in rows}
    return EffectiveTemplate(key, default.about if default else about_of(rows[0].about), texts)


def _text(row: Template) -> Text:
    sources = sources_of(row)
    name = row.updated_by_name or row.updated_by
    return Text(sources, False, updated_at=row.updated_at, updated_by=row.updated_by, updated_by_name=name)


def about_of(stored: str) -> About:
    return next(each for each in ABOUTS if each == stored)


def sources_of(row: Template) -> Sources:
    return Sources(subject=row.subject, text=row.text, html=row.html)

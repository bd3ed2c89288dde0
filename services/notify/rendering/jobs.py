"""What travels between a service and its rendering processes."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from contracts.actions import Context
from contracts.base import Input
from contracts.parties import Language
from services.notify.rendering.catalogue import About

Part = Literal["subject", "text", "html"]
PARTS: tuple[Part, ...] = ("subject", "text", "html")

LONGEST_SOURCE = 200_000
LONGEST_OUTPUT = 500_000
"""In characters, for each part."""
LONGEST_SUBJECT = 250


class Sources(Input):
    """The Jinja text of a template. Without `html` a message goes out as plain text. Lines end with one character."""

    subject: str = Field(min_length=1, max_length=2_000)
    text: str = Field(min_length=1, max_length=LONGEST_SOURCE)
    html: str = Field(default="", max_length=LONGEST_SOURCE)

    @field_validator(*PARTS)
    @classmethod
    def _one_line_end(cls, value: str) -> str:
        return value.replace("\r\n", "\n").replace("\r", "\n")

    def of(self, part: Part) -> str:
        sources: dict[Part, str] = {"subject": self.subject, "text": self.text, "html": self.html}
        return sources[part]


class Rendering(BaseModel):
    """The texts of a message: one line, plain text, and HTML or nothing."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str
    html: str


class Mistake(StrEnum):
    """`unknown`: a shortcode, filter or field that does not exist; `forbidden`: code, or a file."""

    UNKNOWN = "unknown"
    SYNTAX = "syntax"
    FORBIDDEN = "forbidden"
    FAILS = "fails"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    SUBJECT_LENGTH = "subject_length"


class Problem(BaseModel):
    """Why a template cannot be used: where (lines and columns count from 1), and what is expected.

    `name` is what is unknown, `suggestion` what was meant perhaps; `length` how many characters of the line are wrong.
    """

    part: Part | None
    line: int | None
    message: str
    code: Mistake
    column: int | None = None
    length: int | None = None
    name: str | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        places = (self.part, self.line and f"line {self.line}", self.column and f"column {self.column}")
        where = ", ".join(place for place in places if place)
        return f"{where}: {self.message}" if where else self.message


class RenderJob(BaseModel):
    kind: Literal["render"] = "render"
    sources: Sources
    context: Context
    language: Language


class CheckJob(BaseModel):
    """Look for names that do not exist, then render each sample of the context."""

    kind: Literal["check"] = "check"
    sources: Sources
    about: About
    language: Language


class Job(BaseModel):
    job: RenderJob | CheckJob = Field(discriminator="kind")


class Answer(BaseModel):
    """A rendering, or problems; both empty when a check found nothing."""

    rendering: Rendering | None = None
    problems: list[Problem] = []

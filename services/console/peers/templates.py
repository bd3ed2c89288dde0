"""Notify's templates, as far as pages need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, RootModel

from chassis.http import PeerRefused
from chassis.paging import Page
from contracts.actions import DunningContext
from contracts.parties import Language, Seller
from services.console.peers.client import Client, Value, found

REFUSED = "template_refused"


class About(StrEnum):
    RECEIVABLE = "receivable"
    QUOTE = "quote"
    OVERDUE_LIST = "overdue_list"


class Sample(StrEnum):
    PROFESSIONAL = "professional"
    CONSUMER = "consumer"
    NON_PROFESSIONAL = "non_professional"
    BARE = "bare"


class Part(StrEnum):
    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"


class MistakeKind(StrEnum):
    UNKNOWN = "unknown"
    SYNTAX = "syntax"
    FORBIDDEN = "forbidden"
    FAILS = "fails"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    SUBJECT_LENGTH = "subject_length"


class TrialStatus(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Sources(BaseModel):
    subject: str
    text: str
    html: str = ""

    def of(self, part: Part) -> str:
        return {Part.SUBJECT: self.subject, Part.TEXT: self.text, Part.HTML: self.html}[part]


class Text(Sources):
    is_default: bool
    updated_at: datetime | None
    updated_by_name: str | None


class Template(BaseModel):
    key: str
    about: About
    texts: dict[Language, Text]


class Saved(Sources):
    """What is saved. `about` is needed for a key without a text."""

    about: About


class VersionSummary(BaseModel):
    version: int
    subject: str
    saved_at: datetime
    saved_by: str
    saved_by_name: str

    @property
    def author(self) -> str:
        """An old version knows its author by their id alone."""
        return self.saved_by_name or self.saved_by


class Version(VersionSummary, Sources):
    """A text as it was saved."""


class Variable(BaseModel):
    name: str
    shortcode: str
    meanings: dict[Language, str]
    examples: dict[Language, str]


class Variables(BaseModel):
    about: About
    variables: list[Variable]


Known = RootModel[list[Variables]]


class Reading(BaseModel):
    """A saved text, for a sample or for the `context` of a real invoice."""

    language: Language
    sample: Sample = Sample.PROFESSIONAL
    context: DunningContext | None = None


class Preview(Reading):
    """A text that is not saved."""

    about: About
    sources: Sources
    seller: Seller | None = None


class TrialRequest(Preview):
    as_letter: bool = False


class Trial(BaseModel):
    recipient: str
    status: TrialStatus
    reason: str | None


class Rendering(BaseModel):
    subject: str
    text: str
    html: str


class Mistake(BaseModel):
    """Lines and columns count from 1; `length` is what is wrong of the line, `name` what is unknown."""

    field: str
    line: int | None = None
    column: int | None = None
    length: int | None = None
    value: str = ""
    code: MistakeKind
    name: str | None = None
    suggestion: str | None = None


@dataclass(frozen=True)
class Templates:
    client: Client

    async def all(self) -> list[Template]:
        return (await self.client.page("/templates", Template)).items

    async def template(self, key: str) -> Template | None:
        return await found(self.client.get(f"/templates/{key}", Template))

    async def default(self, key: str, language: Language) -> Sources | None:
        return await found(self.client.get(f"/templates/{key}/{language}/default", Sources))

    async def variables(self, about: About) -> list[Variable]:
        (known,) = (await self.client.get("/templates/variables", Known, about=about)).root
        return known.variables

    async def save(self, key: str, language: Language, text: Saved, *, since: str = "") -> None:
        """`since`: when the text that was read had been saved. PeerRefused when somebody saved another one after it."""
        await self.client.send("PUT", f"/templates/{key}/{language}", text, unless_changed_since=since)

    async def drop(self, key: str, language: Language) -> None:
        await self.client.send("DELETE", f"/templates/{key}/{language}")

    async def versions(self, key: str, language: Language, **asked: Value) -> Page[VersionSummary]:
        return await self.client.page(f"/templates/{key}/{language}/versions", VersionSummary, **asked)

    async def version(self, key: str, language: Language, number: int) -> Version:
        return await self.client.get(f"/templates/{key}/{language}/versions/{number}", Version)

    async def restore(self, key: str, language: Language, number: int, *, once: str) -> None:
        await self.client.send("POST", f"/templates/{key}/{language}/versions/{number}/restore", key=once)

    async def preview(self, key: str, asked: Reading) -> Rendering:
        return Rendering.model_validate_json(await self.client.send("POST", f"/templates/{key}/preview", asked))

    async def letter(self, key: str, asked: Preview) -> bytes:
        return await self.client.send("POST", f"/templates/{key}/preview.pdf", asked)

    async def test(self, key: str, asked: TrialRequest, *, once: str) -> Trial:
        return Trial.model_validate_json(await self.client.send("POST", f"/templates/{key}/tests", asked, key=once))


def mistakes_of(refused: PeerRefused) -> list[Mistake]:
    """What notify found in a text; nothing when it refused something else."""
    errors: list[Mapping[str, str]] = list(refused.errors) if refused.code == REFUSED else []
    return [Mistake.model_validate(error) for error in errors]

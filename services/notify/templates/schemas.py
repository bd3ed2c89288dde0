"""Bodies of the endpoints about templates."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.actions import Context
from contracts.base import Input, Key
from contracts.parties import Language
from services.notify.rendering.catalogue import About
from services.notify.rendering.jobs import Sources
from services.notify.rendering.samples import Sample


class TextView(Sources):
    is_default: bool
    updated_at: datetime | None
    updated_by: str | None


class VersionSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    subject: str
    saved_at: datetime
    saved_by: str


class VersionView(VersionSummary):
    text: str
    html: str


class TemplateView(BaseModel):
    key: Key
    about: About
    texts: dict[Language, TextView]


class TemplateInput(Sources):
    """`about` is needed for a key that has no default; it says which variables there are."""

    about: About | None = None


class PreviewInput(Input):
    """Render for a sample customer, or for `context`; `sources` is a text that is not saved yet."""

    language: Language
    sample: Sample = Sample.PROFESSIONAL
    context: Annotated[Context | None, Field(default=None)]
    sources: Sources | None = None


class VariableView(BaseModel):
    """`examples`: what it prints for a sample, by language."""

    name: str
    kind: str
    description: str
    examples: dict[Language, str]


class VariablesView(BaseModel):
    about: About
    variables: list[VariableView]

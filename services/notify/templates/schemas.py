"""Bodies of the endpoints about templates."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from contracts.base import Key
from contracts.parties import Language
from services.notify.rendering.catalogue import About, Variable
from services.notify.rendering.jobs import Sources


class TextView(Sources):
    is_default: bool
    updated_at: datetime | None
    updated_by: str | None
    updated_by_name: str | None


class VersionSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    subject: str
    saved_at: datetime
    saved_by: str
    saved_by_name: str


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


class VariableView(Variable):
    """`examples`: what it prints for a sample, by language."""

    examples: dict[Language, str]


class VariablesView(BaseModel):
    about: About
    variables: list[VariableView]

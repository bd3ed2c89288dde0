"""The row of a template that an organisation wrote."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class TemplateVersion(SQLModel, table=True):
    """A text as it was saved; it never changes again."""

    __tablename__ = "template_versions"

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    language: Language = Field(sa_type=text_enum(Language), primary_key=True)
    version: int = Field(primary_key=True)
    about: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    saved_at: datetime
    saved_by: str = Field(sa_type=Text)
    saved_by_name: str = Field(default="", sa_type=Text)


class Template(SQLModel, table=True):
    """One language of one template; it stands in the place of the default of its key, if there is one."""

    __tablename__ = "templates"
    __table_args__ = (CheckConstraint("about in ('receivable', 'quote')", name="about"),)

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    language: Language = Field(sa_type=text_enum(Language), primary_key=True)
    about: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    updated_at: datetime
    updated_by: str = Field(sa_type=Text)
    updated_by_name: str = Field(default="", sa_type=Text)

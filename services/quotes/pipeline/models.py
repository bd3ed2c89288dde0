"""The stages that an organisation wrote itself."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from services.quotes.pipeline.stages import Stage


class OwnPipeline(SQLModel, table=True):
    __tablename__ = "pipelines"

    organisation: str = Field(sa_type=Text, primary_key=True)
    stages: list[Stage] = Field(sa_type=JsonOf(list[Stage]))
    updated_at: datetime
    updated_by: str = Field(sa_type=Text)

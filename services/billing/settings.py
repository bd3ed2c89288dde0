"""Settings of billing."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    port: int = Field(default=8002, ge=1, le=65535)
    pdf_workers: int = Field(default=2, ge=1, le=32, description="Processes that render invoices as PDF")
    comments_kept: timedelta = Field(
        default=timedelta(days=1825), ge=timedelta(days=1), description="Comments on customers, in business time"
    )

"""Settings of billing."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    port: int = Field(default=8002, ge=1, le=65535)
    pdf_workers: int = Field(default=2, ge=1, le=32, description="Processes that render invoices as PDF")

"""What the dunning service reads from its environment."""

from datetime import timedelta

from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    port: int = Field(default=8003, ge=1, le=65535)
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    billing_url: str = "http://127.0.0.1:8002"
    reconciled_organisations: str = Field(
        default="",
        pattern=r"^[a-z0-9, -]*$",
        description="Organisations to reconcile even before dunning heard of them, with commas between",
    )
    reconciliation_every: timedelta = Field(default=timedelta(hours=1), description="Business time between two runs")
    reconciliation_at_most_every: timedelta = Field(
        default=timedelta(seconds=30), description="Real time between two runs on a fast clock"
    )

    @property
    def further_organisations(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.reconciled_organisations.split(",") if name.strip())

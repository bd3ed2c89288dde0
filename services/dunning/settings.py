"""What the dunning service reads from its environment."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import ServiceSettings, TemporalSettings


class Settings(ServiceSettings, TemporalSettings):
    port: int = Field(default=8003, ge=1, le=65535)
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
    reconciliation_after_start: timedelta = Field(
        default=timedelta(seconds=10),
        ge=timedelta(0),
        description="Real time from the worker's start to its first run: what waited for the worker comes first",
    )
    reconciliations_kept: timedelta = Field(
        default=timedelta(days=90), ge=timedelta(days=1), description="Business time for which a run is kept"
    )

    journals_kept: timedelta = Field(
        default=timedelta(days=1825),
        ge=timedelta(days=1),
        description="Journals, promises, disputes, contacts and notes of closed cases, in business time",
    )

    @property
    def reconciled_every(self) -> timedelta:
        """Real time between two runs of one worker."""
        return max(self.clock.real_span(self.reconciliation_every), self.reconciliation_at_most_every)

    @property
    def further_organisations(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.reconciled_organisations.split(",") if name.strip())

"""Settings of the workflow worker."""

from datetime import timedelta

from pydantic import AliasChoices, Field

from chassis.settings import AuthSettings, TemporalSettings


class WorkerSettings(AuthSettings, TemporalSettings):
    quotes_url: str = "http://127.0.0.1:8001"
    billing_url: str = "http://127.0.0.1:8002"
    dunning_url: str = "http://127.0.0.1:8003"
    notify_url: str = "http://127.0.0.1:8004"
    console_url: str = Field(
        default="http://127.0.0.1:8000", pattern=r"^https?://[^/?#]+/?$", description="Where the links of lists lead"
    )
    grace: timedelta = Field(
        default=timedelta(seconds=20),
        gt=timedelta(0),
        description="What steps at work may take to end after SIGTERM; longer than the longest loses none",
    )
    concurrent_activities: int = Field(
        default=16,
        ge=1,
        le=500,
        description="Steps at once in this process: more than notify sends within a second only makes it late",
    )
    cached_workflows: int = Field(
        default=24,
        ge=0,
        description="Sleeping workflows kept in memory; another replays its short history when it wakes",
    )
    deployment_name: str = Field(
        default="relance", validation_alias=AliasChoices("TEMPORAL_DEPLOYMENT_NAME", "RELANCE_DEPLOYMENT_NAME")
    )
    build_id: str = Field(
        default="local", validation_alias=AliasChoices("TEMPORAL_WORKER_BUILD_ID", "RELANCE_BUILD_ID")
    )
    makes_itself_current: bool = Field(
        default=True,
        description="Route workflows to this build when it starts; false where a worker controller does that",
    )

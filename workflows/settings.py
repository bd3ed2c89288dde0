"""Settings of the workflow worker."""

from pydantic import Field, SecretStr

from chassis.settings import AuthSettings


class WorkerSettings(AuthSettings):
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    quotes_url: str = "http://127.0.0.1:8001"
    billing_url: str = "http://127.0.0.1:8002"
    dunning_url: str = "http://127.0.0.1:8003"
    notify_url: str = "http://127.0.0.1:8004"
    concurrent_activities: int = Field(
        default=16,
        ge=1,
        le=500,
        description="Steps at once in this process: more than notify sends within a second only makes it late",
    )
    cached_workflows: int = Field(default=1000, ge=0, description="Sleeping workflows kept in memory")

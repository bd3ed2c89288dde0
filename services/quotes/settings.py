"""Settings of the quotes service."""

from pydantic import Field, FilePath, SecretStr

from chassis.settings import ServiceSettings


class QuotesSettings(ServiceSettings):
    """The key signs the tokens with which quotes reads customers and the seller from billing."""

    port: int = Field(default=8001, ge=1, le=65535)
    signing_key: FilePath
    billing_url: str = "http://127.0.0.1:8002"
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False

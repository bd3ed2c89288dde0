"""Where things are: the environment first, then what the running local stack says of itself."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chassis.settings import PREFIX, AuthSettings, BusSettings

CLONE = Path(__file__).parent.parent


class Where(BaseSettings):
    """The directory of the local stacks."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    local_dir: Path = CLONE / ".local"


class Settings(AuthSettings, BusSettings):
    """`token` is a bearer token of an identity provider; without it one is minted with the signing key."""

    auth_jwks: str = ""
    token: SecretStr | None = Field(default=None, description="Sent instead of a token made here")
    api_key: SecretStr | None = Field(default=None, description="Exchanged at identity for a token")
    identity_url: str = "http://127.0.0.1:8005"
    quotes_url: str = "http://127.0.0.1:8001"
    billing_url: str = "http://127.0.0.1:8002"
    dunning_url: str = "http://127.0.0.1:8003"
    notify_url: str = "http://127.0.0.1:8004"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, LocalStack(settings_cls)


class LocalStack(PydanticBaseSettingsSource):
    """The settings in the `state.json` of the stack that runs here; the one started last, should there be several."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        environment = environment_of_the_stack(Where().local_dir)
        names = {PREFIX + name.upper(): name for name in self.settings_cls.model_fields}
        return {names[name]: value for name, value in environment.items() if name in names}


def environment_of_the_stack(directory: Path) -> dict[str, str]:
    """Empty when no stack runs in this directory."""
    states = [state for path in directory.glob("*/state.json") if (state := _running(path))]
    latest = max(states, key=lambda state: str(state.get("started_at")), default={})
    environment = latest.get("environment", {})
    return environment if isinstance(environment, dict) else {}


def _running(path: Path) -> dict[str, Any] | None:
    try:
        state = json.loads(path.read_bytes())
        os.kill(int(state["pid"]), 0)
    except PermissionError:
        return None  # another user's stack, or its file
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state if isinstance(state, dict) else None

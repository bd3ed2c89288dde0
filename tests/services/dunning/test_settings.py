"""What the worker reads from its environment."""

import pytest
from pydantic import SecretStr, ValidationError

from services.dunning.settings import Settings


def with_organisations(text: str) -> Settings:
    return Settings(
        auth_jwks="keys.json", database_url=SecretStr("postgresql+asyncpg://x"), reconciled_organisations=text
    )


def test_organisations_to_reconcile_are_named_with_commas_between() -> None:
    assert with_organisations("demo, other-one").further_organisations == ("demo", "other-one")
    assert with_organisations("").further_organisations == ()


def test_what_is_no_list_of_organisations_is_refused() -> None:
    with pytest.raises(ValidationError, match="reconciled_organisations"):
        with_organisations('["demo"]')

"""A wrong setting stops the start and is named."""

from pathlib import Path

import pytest

from chassis.settings import load
from services.quotes.settings import QuotesSettings
from tests.support.tokens import Keys


def test_a_signing_key_that_is_not_there_is_named(keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", "postgresql+asyncpg://relance:secret@127.0.0.1/quotes")
    monkeypatch.setenv("RELANCE_AUTH_JWKS", str(keys.jwks))
    monkeypatch.setenv("RELANCE_SIGNING_KEY", str(tmp_path / "absent.pem"))

    with pytest.raises(SystemExit, match="RELANCE_SIGNING_KEY: Path does not point to a file"):
        load(QuotesSettings)

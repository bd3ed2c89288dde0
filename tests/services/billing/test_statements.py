"""Statements that each invoice and each payment runs are compiled once."""

import pytest
from sqlalchemy.sql.elements import ClauseElement

from services.billing.bringing import store as bringing
from services.billing.issuing import store as issuing


@pytest.mark.parametrize(
    "statement",
    [bringing.FOUND, bringing.TOGETHER, issuing.FOUND, issuing.TOGETHER],
    ids=["lock a receivable", "bring a payment", "lock an invoice", "issue"],
)
def test_what_is_run_again_and_again_is_compiled_once(statement: ClauseElement) -> None:
    assert statement._generate_cache_key() is not None

"""`relance customer` where something is amiss; what it does is shown end to end."""

import os
from pathlib import Path
from uuid import uuid4

from cli.archive import Archive
from tests.cli.conftest import Relance
from tests.support.counter import Counter

NOBODY = "http://127.0.0.1:1"


async def test_a_customer_that_is_not_there_is_named(relance: Relance, counter: Counter) -> None:
    where = relance.where(billing_url=counter.url)
    unknown = str(uuid4())
    for act in ("export", "erase"):
        ended = await where("customer", act, unknown)

        assert ended.code == 1
        assert f"there is no customer {unknown} in organisation demo" in ended.err


async def test_a_service_that_does_not_answer_is_named_and_no_half_export_is_left(
    relance: Relance, tmp_path: Path
) -> None:
    to = tmp_path / "all.zip"
    ended = await relance.where(billing_url=NOBODY)("customer", "export", str(uuid4()), "--to", str(to))

    assert ended.code == 3
    assert f"billing does not answer at {NOBODY}" in ended.err
    assert list(tmp_path.iterdir()) == []


async def test_an_id_that_is_none_is_refused(relance: Relance) -> None:
    ended = await relance("customer", "erase", "Anne")

    assert ended.code == 2
    assert "Invalid value for 'CUSTOMER': Input should be a valid UUID" in ended.err


def test_an_archive_is_its_owners_and_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    record = {"table": "customers", "key": "1", "data": {"name": "Zoé"}, "pdf": None}
    with Archive.at(path) as archive:
        archive.add("billing", record)
        archive.add_document("billing", record, b"%PDF-1.7")
        assert not path.exists()

    assert archive.counts == {"billing/customers": 1}
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["all.zip"]

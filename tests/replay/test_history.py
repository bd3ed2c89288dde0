"""Which files are a history, and what is said of the others."""

from pathlib import Path

import pytest

from tests.replay.history import COLUMNS, UnreadableHistory, read

GOOD = "391,buyer,1,1/2/2013,2/1/2013,5.50,1/15/2013"


def a_file(directory: Path, *rows: str, columns: str = ",".join(COLUMNS)) -> Path:
    path = directory / "history.csv"
    path.write_text("".join(f"{line}\n" for line in (columns, *rows)))
    return path


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableHistory, match="countryCode is missing"):
        read(a_file(tmp_path, "1,2", columns="invoice,amount"))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.touch()
    with pytest.raises(UnreadableHistory, match="countryCode is missing"):
        read(path)


def test_a_file_of_columns_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableHistory, match=r"history\.csv: no invoice; expected a line for each"):
        read(a_file(tmp_path))


@pytest.mark.parametrize("row", ["391,buyer,2", GOOD.rpartition(",")[0], f"{GOOD},more"])
def test_a_row_with_fewer_or_more_values_than_columns_is_named_with_its_line(row: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableHistory, match="line 4: expected a value for each column"):
        read(a_file(tmp_path, GOOD, "", row))


def test_a_wrong_date_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableHistory, match="line 2, DueDate: '32/1/2013'"):
        read(a_file(tmp_path, GOOD.replace("2/1/2013", "32/1/2013", 1)))


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableHistory, match=r"history\.csv: not a CSV file in UTF-8"):
        read(path)


def test_a_settlement_may_be_absent_and_a_limit_takes_the_first_to_be_issued(tmp_path: Path) -> None:
    path = a_file(tmp_path, GOOD, "391,buyer,2,1/1/2013,2/1/2013,7.00,")

    assert [(entry.number, entry.settled) for entry in read(path, limit=1)] == [("2", None)]
    assert len(read(path)) == 2

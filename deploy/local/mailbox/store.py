"""Accepted messages as files, one each, safe on disk before the sender hears that it was accepted."""

import os
import secrets
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from deploy.local.mailbox.message import Summary, first, headers_of

# The first line of a file is a header of ours, so that any mail program opens the file as it is.
LABEL = b"X-Relance-Mailbox: "
SUFFIX = ".eml"


class Store:
    """The messages of one directory, in the order of their arrival."""

    def __init__(self, directory: Path) -> None:
        """Find the messages of earlier runs; a file cut short by a crash was never accepted."""
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        for unfinished in directory.glob("*.part"):
            unfinished.unlink()
        found = (_label(path) for path in directory.glob(f"*{SUFFIX}"))
        self._summaries = {summary.id: summary for summary in found}
        self._order = sorted(self._summaries)

    def __len__(self) -> int:
        return len(self._order)

    def keep(self, raw: bytes, sender: str, recipients: Sequence[str], *, now: datetime) -> Summary:
        """Write the message to disk; when this returns it outlives a power cut. Raises OSError."""
        headers = headers_of(raw)
        summary = Summary(
            id=f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
            at=now,
            sender=sender,
            recipients=tuple(recipients),
            subject=first(headers, "Subject"),
            message_id=first(headers, "Message-ID"),
            size=len(raw),
            headers=headers,
        )
        _write(self._path(summary.id), LABEL + _ascii(summary) + b"\r\n" + raw)
        return summary

    def show(self, summary: Summary) -> None:
        """List a message that was kept. In the thread that reads the lists."""
        self._summaries[summary.id] = summary
        self._order.insert(bisect_left(self._order, summary.id), summary.id)

    def get(self, message_id: str) -> Summary | None:
        return self._summaries.get(message_id)

    def raw(self, message_id: str) -> bytes:
        """The message exactly as it came. Raises KeyError for an id that is not there."""
        return self._path(self._summaries[message_id].id).read_bytes().partition(b"\n")[2]

    def page(
        self, *, limit: int, cursor: str | None = None, oldest_first: bool = False, words: str = ""
    ) -> list[Summary]:
        """At most `limit` messages beyond the id `cursor`, newest first unless told otherwise."""
        matching = (summary for summary in self._beyond(cursor, oldest_first) if summary.matches(words))
        return list(islice(matching, limit))

    def empty(self) -> int:
        """Delete every message; returns how many there were."""
        count = len(self._order)
        for message_id in self._order:
            self._path(message_id).unlink(missing_ok=True)
        self._order.clear()
        self._summaries.clear()
        return count

    def _beyond(self, cursor: str | None, oldest_first: bool) -> Iterator[Summary]:
        if oldest_first:
            start = 0 if cursor is None else bisect_right(self._order, cursor)
            ids: Iterator[str] = islice(self._order, start, None)
        else:
            end = len(self._order) if cursor is None else bisect_left(self._order, cursor)
            ids = (self._order[position] for position in range(end - 1, -1, -1))
        return (self._summaries[message_id] for message_id in ids)

    def _path(self, message_id: str) -> Path:
        return self.directory / f"{message_id}{SUFFIX}"


def _label(path: Path) -> Summary:
    with path.open("rb") as file:
        return Summary.model_validate_json(file.readline().removeprefix(LABEL))


def _ascii(summary: Summary) -> bytes:
    return summary.model_dump_json(by_alias=True, ensure_ascii=True).encode("ascii")


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

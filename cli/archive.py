"""The ZIP of an export: one JSON file for each table, and the documents beside them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from cli.failure import Failure


@dataclass
class Archive:
    file: ZipFile
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> Iterator["Archive"]:
        """For its owner alone to read; nothing is left of it when the export fails."""
        half = path.with_name(f".{path.name}.part")
        try:
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise Failure(f"--to {path}: cannot be written ({error.strerror})") from None
        try:
            with os.fdopen(descriptor, "wb") as stream, ZipFile(stream, "w", ZIP_DEFLATED) as file:
                archive = cls(file)
                yield archive
                archive._write_tables()
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.tables.items()}

    def add(self, service: str, record: dict[str, Any]) -> None:
        self.tables.setdefault(f"{service}/{record['table']}", []).append(record["data"])

    def add_document(self, service: str, record: dict[str, Any], pdf: bytes) -> None:
        self.file.writestr(f"{service}/documents/{record['table']}-{record['key']}.pdf", pdf)

    def _write_tables(self) -> None:
        for name, rows in self.tables.items():
            self.file.writestr(f"{name}.json", json.dumps(rows, ensure_ascii=False, indent=2))

"""What a process takes is told with its children."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from chassis import family
from chassis.family import FamilyFigures

LARGE = 64 * 1024 * 1024
AT_WORK = f"""
import time
held = bytearray(b"x" * {LARGE})
while time.process_time() < 0.5:
    pass
print("done", flush=True)
input()
"""


@contextmanager
def a_child() -> Iterator[None]:
    """Large, and done with half a second of work."""
    with subprocess.Popen([sys.executable, "-c", AT_WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"done\n"
        yield
        child.communicate(b"\n")


def told(figures: FamilyFigures | None = None) -> tuple[float, float]:
    """(bytes, seconds)."""
    metrics = (figures or FamilyFigures()).collect()
    values = {sample.name: sample.value for metric in metrics for sample in metric.samples}
    return values["relance_process_memory_bytes"], values["relance_process_cpu_seconds_total"]


def test_memory_and_work_of_a_child_are_those_of_the_process_and_what_it_did_stays_when_it_ends() -> None:
    before = told()
    with a_child():
        meanwhile = told()
    after = told()

    assert meanwhile[0] - before[0] > LARGE
    assert meanwhile[1] - before[1] > 0.4
    assert after[0] - before[0] < LARGE
    assert after[1] >= meanwhile[1]


def test_a_process_without_children_takes_more_than_nothing() -> None:
    memory, seconds = told()

    assert memory > 10 * 1024 * 1024
    assert seconds > 0


def test_a_process_that_ends_as_its_threads_are_listed_has_no_children(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> NoReturn:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "glob", ended)

    assert list(family.family_of(os.getpid())) == [os.getpid()]


def test_work_that_was_told_is_not_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = FamilyFigures()
    monkeypatch.setattr(family, "family_of", lambda pid: [pid])  # others test beside this one
    monkeypatch.setattr(family, "seconds_of", lambda _: 5.0)
    assert told(figures)[1] == 5
    monkeypatch.setattr(family, "seconds_of", lambda _: 4.0)
    assert told(figures)[1] == 5

"""What a process takes is told with its children."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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


def told() -> tuple[float, float]:
    """(bytes, seconds)."""
    values = {sample.name: sample.value for metric in FamilyFigures().collect() for sample in metric.samples}
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

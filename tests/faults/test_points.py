"""Fault points: named once, hit by a test, and armed by nothing that is shipped."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis import faults

ROOT = Path(__file__).parents[2]
SHIPPED = ("contracts", "chassis", "services", "workflows", "cli", "deploy")


def calls(name: str) -> Iterator[ast.Call]:
    """The calls of `faults.NAME` in what is shipped; nobody may call one by its bare name, which this would miss."""
    for module in [path for room in SHIPPED for path in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(module.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.module == "chassis.faults"), module
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"faults.{name}":
                yield node


def point_of(call: ast.Call) -> str:
    """Its name; what differs between consumers is left out."""
    (argument,) = call.args
    if isinstance(argument, ast.JoinedStr):
        return "".join(str(part.value) for part in argument.values if isinstance(part, ast.Constant))
    assert isinstance(argument, ast.Constant)
    return str(argument.value)


def test_nothing_that_is_shipped_arms_a_point() -> None:
    assert list(calls("arm")) == []


def test_each_point_has_a_name_of_its_own_and_a_test_that_hits_it() -> None:
    points = Counter(point_of(call) for call in calls("reached"))
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))

    assert len(points) > 10
    assert [point for point, times in points.items() if times > 1] == []
    assert [point for point in points if point not in tests] == []


def test_an_unarmed_point_does_nothing_and_points_are_armed_once(request: pytest.FixtureRequest) -> None:
    faults.reached("nowhere")
    heard: list[str] = []
    faults.arm(heard.append)
    request.addfinalizer(lambda: setattr(faults, "_at_point", None))
    faults.reached("here")

    assert heard == ["here"]
    with pytest.raises(RuntimeError, match="armed already"):
        faults.arm(heard.append)

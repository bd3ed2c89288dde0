"""What import-linter cannot say of who may know whom, since it sees packages and not the names taken from them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SESSION = "sqlmodel.ext.asyncio.session"
WORKFLOWS = sorted((ROOT / "workflows").glob("*/workflow.py"))


def imports_of(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""


def name_of(module: Path) -> str:
    return module.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("service", ["billing", "dunning", "identity", "notify", "quotes"])
def test_only_stores_write_queries(service: str) -> None:
    others = [
        module
        for module in (ROOT / "services" / service).rglob("*.py")
        if module.name not in ("store.py", "models.py") and module.parent.name != "migrations"
    ]
    strays = [name_of(module) for module in others for name in imports_of(module) if name.startswith("sqlmodel")
              if name != SESSION]  # fmt: skip

    assert len(others) > 10
    assert strays == []


@pytest.mark.parametrize("module", WORKFLOWS, ids=name_of)
def test_a_workflow_imports_the_standard_library_temporal_contracts_and_its_own_folder(module: Path) -> None:
    own = f"workflows.{module.parent.name}"
    strays = [
        name
        for name in imports_of(module)
        if not (name in (own, "workflows") or name.startswith((f"{own}.", "contracts", "temporalio")))
        if name.partition(".")[0] not in sys.stdlib_module_names
    ]

    assert len(WORKFLOWS) == 3
    assert strays == []


@pytest.mark.parametrize("service", ["billing", "dunning", "identity", "notify", "quotes"])
def test_migrations_follow_each_other_one_by_one(service: str) -> None:
    """Two that were written at the same time would both follow the same one, and no database could be brought on."""
    numbers = sorted(path.name[:4] for path in (ROOT / "services" / service / "migrations").glob("[0-9]*.py"))

    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]

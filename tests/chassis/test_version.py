import tomllib
from pathlib import Path

from chassis.version import VERSION

ROOT = Path(__file__).parent.parent.parent


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION

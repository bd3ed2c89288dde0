"""Where each service's migrations are, and the last of them; without the library that runs them."""

from pathlib import Path

SERVICES = Path(__file__).parent.parent / "services"


def versions_of(service: str) -> Path:
    return SERVICES / service / "migrations"


def last_known(service: str) -> str:
    """The number of the last migration of this release, 0000 before the first one."""
    return max((path.name.partition("_")[0] for path in versions_of(service).glob("[0-9]*.py")), default="0000")

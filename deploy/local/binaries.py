"""Where the programs that came with the Python packages are."""

import sys
from pathlib import Path

from deploy.local.program import CannotStart


def binary(name: str) -> str:
    """The path of a program installed beside this Python. Raises CannotStart when it is not."""
    path = Path(sys.executable).with_name(name)
    if not path.is_file():
        raise CannotStart(f"{path} is missing: install requirements/dev.txt (make does it).")
    return str(path)

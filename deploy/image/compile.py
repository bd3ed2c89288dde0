"""Compile what the roles import, in the build: the root of the image is read-only, and nobody waits for it at a start.

By the hash of the source and not by its time, so that two builds are the same. What no role imports stays as source:
compiled, it would make a third of the image.
"""

import importlib
import py_compile
import sys
from pathlib import Path

ROLES = (
    *(f"services.{name}.main" for name in ("quotes", "billing", "dunning", "notify", "identity", "console")),
    "workflows.worker",
    "chassis.provision",
    "chassis.migrations",
    "chassis.printing_child",
    "services.notify.letters.printing",
    "cli.main",
)
HASHED = py_compile.PycInvalidationMode.UNCHECKED_HASH


def main() -> None:
    sys.dont_write_bytecode = True
    for role in ROLES:
        importlib.import_module(role)
    files = {module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}
    for file in sorted(each for each in files if each and each.startswith("/opt/relance/") and each.endswith(".py")):
        py_compile.compile(file, doraise=True, invalidation_mode=HASHED, quiet=0)
    sys.stdout.write(f"{len(files)} modules are compiled.\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path("/opt/relance/app")))
    main()

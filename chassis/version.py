"""Which Relance this is: the number of the release, as in pyproject.toml."""

VERSION = "0.1.0"

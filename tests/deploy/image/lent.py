"""What a build is lent of the machine that makes it: where its packages come from is the machine's business."""

from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

CERTIFICATES = Path("/etc/ssl/certs")
INDEXES = ("index-url", "extra-index-url")


def volumes(settings: Path) -> list[str]:
    """For `buildah bud`: the certificates, pip's settings, and the directories that these name."""
    lent = {path: path for path in (*directories(settings), CERTIFICATES)} | {settings: Path("/etc/pip.conf")}
    return [f"--volume={path}:{at}:ro" for path, at in lent.items() if path.exists()]


def directories(settings: Path) -> list[Path]:
    """Those of this machine from which pip takes packages; none where there are no such settings."""
    read = ConfigParser(interpolation=None)
    read.read(settings)
    named = [path for section in read.values() for name, value in section.items() for path in _named(name, value)]
    return list(dict.fromkeys(named))


def _named(name: str, value: str) -> Iterator[Path]:
    for address in value.split() if name in (*INDEXES, "find-links") else ():
        parts = urlsplit(address)
        if parts.scheme in ("", "file"):
            path = Path(unquote(parts.path))
            yield path.parent if name in INDEXES else path  # an index points to files beside it

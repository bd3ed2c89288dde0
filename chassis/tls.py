"""Encrypted connections to servers: whose certificates are trusted."""

import ssl
from pathlib import Path


def trusting(ca: Path | None) -> ssl.SSLContext:
    """Looks at the server's certificate and at its name; `ca`: the authorities, else those of the system.

    ValueError when the file holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(ca) if ca else None)
    except ssl.SSLError as error:
        raise ValueError(f"{ca} holds no certificate in PEM ({error.reason or error})") from None

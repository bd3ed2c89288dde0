"""Mails that came back, in the shapes of several mail servers."""

import base64
from pathlib import Path

MAILS = Path(__file__).with_name("mails")
OURS = "0123456789abcdef0123456789abcdef"
STATUS = """Reporting-MTA: dns; mx1.lefevre.example

Final-Recipient: rfc822; compta@lefevre.example
Action: failed
Status: 5.2.1
"""


def a_mail(name: str, digest: str = OURS) -> bytes:
    """With `digest` as what our message is known by, and with the line ends that mail has."""
    text = (MAILS / f"{name}.eml").read_text()
    filled = text.replace("DIGEST", digest).replace("ENCODED", base64.encodebytes(STATUS.encode()).decode())
    return filled.replace("\n", "\r\n").encode()

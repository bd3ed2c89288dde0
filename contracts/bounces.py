"""How a mail that came back is handed to notify."""

CONTENT_TYPE = "message/rfc822"
LARGEST = 1024 * 1024
"""Bytes. A report says what it has to say before it encloses what came back, which may be cut off."""

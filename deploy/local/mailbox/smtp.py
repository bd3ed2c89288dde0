"""The SMTP side: accept anything well formed, and answer 250 only once it is on disk."""

import asyncio
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.store import Store

LARGEST = 50 * 1024 * 1024


class Receiver:
    """What aiosmtpd asks when a message has come in."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; 452, to be tried again later, when the disk refuses it."""
        try:
            summary = await asyncio.to_thread(
                self.store.keep,
                envelope.original_content or b"",
                envelope.mail_from or "",
                envelope.rcpt_tos,
                now=datetime.now(UTC),
            )
        except OSError as error:
            return f"452 4.3.1 Not kept: {error.strerror}"
        self.store.show(summary)
        return f"250 2.0.0 Kept as {summary.id}"


async def receive(store: Store, host: str, port: int) -> asyncio.Server:
    """Listen for mail until the returned server is closed."""
    receiver = Receiver(store)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(receiver, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="mailbox.localhost"),
        host,
        port,
    )

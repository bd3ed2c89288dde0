"""One conversation with the relay: who, then whether, then what."""

import re
import time

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.typing import SMTPStatus

from services.notify.messages.mail import Mail

NOT_US = frozenset((503, 530, 534, 535, 538))
"""Permanent codes that blame the sending side or its sequence of commands, not the message."""
OF_THE_MESSAGE = frozenset((552, 555))
"""The only ones that an answer to MAIL has for the message itself: its size, and SMTPUTF8. The others are about our own
sender, which every message has: what one of them refused for good, they would refuse for all.
"""
ABOUT_THE_SENDER = re.compile(r"(?<![\d.])5\.(?:1\.[78]|7\.60)(?!\.?\d)|sender address rejected", re.IGNORECASE)
"""A relay may keep what it has against our sender until the recipient or the content: by the statuses that RFC 3463 has
for a sender's address, by that of Exchange, or in the words of Postfix, whose `smtpd_delay_reject` is on at first.
"""
LINE_WITH_DOT = re.compile(rb"(?m)^\.")


class Deferred(Exception):
    """Not accepted now, and certainly not delivered; says the relay's words."""


class Refused(Exception):
    """Refused for good; says the relay's words."""


class Silent(Exception):
    """Handed over without an answer: nobody knows."""


class Lost(Deferred):
    """The connection broke before anything was handed over."""


class Conversation:
    """A connection, used by one message at a time. After an error it must not be used again."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.messages = 0
        self.used_at = time.monotonic()

    async def address(self, mail: Mail) -> None:
        """MAIL and RCPT. Raises Deferred, Lost or Refused."""
        options, encoding = [], "ascii"
        if mail.needs_utf8:
            if not self.client.supports_extension("smtputf8"):
                raise Refused("the relay does not offer SMTPUTF8, which this recipient's address needs")
            options, encoding = ["SMTPUTF8"], "utf-8"
        try:
            await self.client.mail(mail.sender, options=options, encoding=encoding)
        except SMTPResponseException as error:
            raise _verdict_on_sender(error.code, error.message) from None
        except (SMTPException, OSError) as error:
            raise Lost(words(str(error))) from None
        try:
            await self.client.rcpt(mail.recipient, encoding=encoding)
        except SMTPResponseException as error:
            raise _verdict(error.code, error.message) from None
        except (SMTPException, OSError) as error:
            raise Lost(words(str(error))) from None

    async def begin(self) -> None:
        """DATA: the relay says that it listens, the content has not left. Raises Deferred or Refused."""
        try:
            response = await self.client.execute_command(b"DATA")
        except (SMTPException, OSError) as error:
            raise Lost(words(str(error))) from None
        if response.code != SMTPStatus.start_input:
            raise _verdict(response.code, response.message)

    async def hand_over(self, content: bytes, *, timeout: float) -> str:
        """The content and its end; the relay's words once it accepted. Raises Deferred, Refused or Silent."""
        protocol = self.client.protocol
        try:
            if protocol is None:
                raise SMTPServerDisconnected("Connection lost")
            protocol.write(LINE_WITH_DOT.sub(b"..", content) + b".\r\n")
        except (SMTPException, OSError) as error:
            raise Lost(words(str(error))) from None
        try:
            response = await protocol.read_response(timeout=timeout)
        except (SMTPException, OSError) as error:
            raise Silent(f"{words(str(error))}, after the message was handed over") from None
        if 200 <= response.code < 300:
            self.messages += 1
            self.used_at = time.monotonic()
            return words(f"{response.code} {response.message}")
        if 400 <= response.code < 600:
            raise _verdict(response.code, response.message)
        raise Silent(f"an answer that says neither yes nor no: {words(f'{response.code} {response.message}')}")

    async def is_usable(self) -> bool:
        """Whether the relay still listens, with nothing left over from the message before."""
        try:
            return (await self.client.rset()).code == SMTPStatus.completed
        except (SMTPException, OSError):
            return False

    def abandon(self) -> None:
        """Break the connection now: what the relay did not get whole, it must not deliver (RFC 5321, 4.1.1.4)."""
        abort = getattr(self.client.transport, "abort", None)  # close() would still send what waits to leave
        if abort is not None:
            abort()
        self.client.close()

    async def quit(self) -> None:
        try:
            await self.client.quit(timeout=1)
        except (SMTPException, OSError):
            self.abandon()


def _verdict_on_sender(code: int, message: str) -> Deferred | Refused:
    verdict = _verdict(code, message)
    return Deferred(str(verdict)) if isinstance(verdict, Refused) and code not in OF_THE_MESSAGE else verdict


def _verdict(code: int, message: str) -> Deferred | Refused:
    said = words(f"{code} {message}")
    if code == SMTPStatus.domain_unavailable:  # the relay closes this connection: another one may do
        return Lost(said)
    is_of_the_message = code not in NOT_US and ABOUT_THE_SENDER.search(said) is None
    return Refused(said) if 500 <= code < 600 and is_of_the_message else Deferred(said)


def words(text: str) -> str:
    """One line of at most 500 characters, fit for a database and an answer."""
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", "").split())[:500]

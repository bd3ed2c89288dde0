"""The mail relay: a few connections, kept between messages and checked before each."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtplib import SMTP, SMTPException

from services.notify.messages.conversation import Conversation, Deferred, Lost, words
from services.notify.messages.mail import Mail
from services.notify.settings import Settings, SmtpTls

HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
IDLE_SECONDS = 20.0
MESSAGES_EACH = 100
"""After so many messages, or so long without one, a connection is made anew: relays close such ones."""


class Relay:
    """At most `smtp_connections` conversations at once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.idle: list[Conversation] = []
        self.room = asyncio.Semaphore(settings.smtp_connections)

    @asynccontextmanager
    async def addressed(self, mail: Mail) -> AsyncIterator[Conversation]:
        """A conversation in which the relay has agreed to sender and recipient, all within `smtp_timeout`.

        Raises Deferred or Refused. Left by an exception, the connection is broken at once.
        """
        timeout = self.settings.smtp_timeout
        try:
            async with asyncio.timeout(timeout):
                await self.room.acquire()
        except TimeoutError:
            raise Deferred(f"every connection to the relay was busy for {timeout:g} s") from None
        try:
            conversation = await self._addressed(mail)
            try:
                yield conversation
            except BaseException:
                conversation.abandon()
                raise
            self.idle.append(conversation)
        finally:
            self.room.release()

    async def close(self) -> None:
        while self.idle:
            await self.idle.pop().quit()

    async def _addressed(self, mail: Mail) -> Conversation:
        try:
            async with asyncio.timeout(self.settings.smtp_timeout):
                try:
                    return await self._address(await self._kept() or await self._connect(), mail)
                except Lost:
                    return await self._address(await self._connect(), mail)
        except TimeoutError:
            raise Deferred(f"the relay did not answer within {self.settings.smtp_timeout:g} s") from None

    async def _address(self, conversation: Conversation, mail: Mail) -> Conversation:
        try:
            await conversation.address(mail)
        except BaseException:
            conversation.abandon()
            raise
        return conversation

    async def _kept(self) -> Conversation | None:
        while self.idle:
            conversation = self.idle.pop()
            is_worn = conversation.messages >= MESSAGES_EACH or time.monotonic() - conversation.used_at > IDLE_SECONDS
            if not is_worn and await conversation.is_usable():
                return conversation
            conversation.abandon()
        return None

    async def _connect(self) -> Conversation:
        settings = self.settings
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            use_tls=settings.smtp_tls is SmtpTls.TLS,
            start_tls=settings.smtp_tls is SmtpTls.STARTTLS,
            timeout=settings.smtp_timeout,
            local_hostname=_host_name(),
        )
        try:
            await client.connect()
            await client.ehlo()
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise Deferred(f"the relay cannot be used: {words(str(error))}") from None
        except BaseException:
            client.close()
            raise
        return Conversation(client)


def _host_name() -> str:
    """How this machine greets the relay. The machine's own name: asking DNS for a longer one may take seconds."""
    name = socket.gethostname()
    return name if HOST_NAME.fullmatch(name) else "localhost"

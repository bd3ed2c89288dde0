"""A real SMTP server that does what a test asks of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Hang:
    """No answer for as long as the test lasts."""

    def __repr__(self) -> str:
        return "hang"


class Drop:
    """The connection is broken instead of an answer."""

    def __repr__(self) -> str:
        return "drop"


Behaviour = str | Hang | Drop


@dataclass
class Relay:
    """`says[stage]` are the answers to come at a stage (CONNECT, MAIL, RCPT, DATA, CONTENT), then it accepts."""

    port: int = 0
    password: str = "right"
    says: dict[str, list[Behaviour]] = field(default_factory=dict)
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: int = 0
    at_content: Callable[[], None] = lambda: None
    delays: dict[str, float] = field(default_factory=dict)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, stage: str, *behaviours: Behaviour) -> None:
        self.says.setdefault(stage, []).extend(behaviours)

    @property
    def mails(self) -> list[EmailMessage]:
        mails = [message_from_bytes(content, policy=default) for content in self.accepted]
        return [mail for mail in mails if isinstance(mail, EmailMessage)]

    async def behave(self, stage: str, server: SMTP) -> str | None:
        """What to say instead of accepting, if anything."""
        await asyncio.sleep(self.delays.get(stage, 0))
        behaviour = self.says[stage].pop(0) if self.says.get(stage) else None
        if isinstance(behaviour, Hang):
            await self.stopped.wait()
        if isinstance(behaviour, Drop | Hang):
            break_off(server)
            return "421 dropped"
        return behaviour

    def authenticate(self, _: SMTP, __: Session, ___: Envelope, ____: str, data: object) -> AuthResult:
        is_known = isinstance(data, LoginPassword) and data.password == self.password.encode()
        return AuthResult(success=is_known, handled=False)

    async def handle_MAIL(  # noqa: N802 (names of aiosmtpd)
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := await self.behave("MAIL", server):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        if said := await self.behave("RCPT", server):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        self.at_content()
        if (said := await self.behave("CONTENT", server)) and not said.startswith("421 dropped"):
            return said
        self.accepted.append(bytes(envelope.original_content or b""))
        self.recipients.extend(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from or "")
        return "250 2.0.0 queued as 4F1"


def break_off(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


class ScriptedSmtp(SMTP):
    """aiosmtpd, with behaviours where it has no hook."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(
            relay,
            hostname="relay.example",
            enable_SMTPUTF8=True,
            ident="test relay",
            authenticator=relay.authenticate,
            auth_require_tls=False,
        )
        self.relay = relay

    async def push(self, status: AnyStr) -> None:
        if status == f"220 {self.hostname} {self.__ident__}":
            self.relay.connections += 1
            if said := await self.relay.behave("CONNECT", self):
                await super().push(said)
                return
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if said := await self.relay.behave("DATA", self):
            await self.push(said)
            return
        await super().smtp_DATA(arg)


@asynccontextmanager
async def a_relay() -> AsyncIterator[Relay]:
    relay = Relay()
    connections: list[ScriptedSmtp] = []

    def connected() -> ScriptedSmtp:
        connections.append(ScriptedSmtp(relay))
        return connections[-1]

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        relay.stopped.set()
        server.close()
        for each in connections:
            break_off(each)
        await asyncio.sleep(0.01)

"""The SMTP side: as the mail catcher's, until it is told to misbehave."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.evidence import KEY_HEADER
from deploy.local.mailbox.message import first, headers_of
from deploy.local.mailbox.smtp import LARGEST, Receiver
from deploy.local.mailbox.store import Store
from tests.chaos.mailbox.faults import BEFORE_THE_CONTENT, Conversation, Fault, FaultOrder, Struck

SILENCE_S = 60.0
"""Longer than any sender waits."""
LINGER_S = 1.0
"""Enough to kill a sender that waits for its answer."""
CONVERSATIONS, STRUCK = "conversations.jsonl", "struck.jsonl"


class Relay(SMTP):
    """Notes when it said that it listens: a message leaves its sender after that."""

    began: datetime

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 (the name says which command)
        self.began = datetime.now(UTC)
        await super().smtp_DATA(arg)


class FaultyReceiver(Receiver):
    """`order` says how it misbehaves; each conversation that reached the content is a line of a file.

    In another file, each message that a fault met, even one whose content was never asked for.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.order: FaultOrder | None = None
        self.conversations = store.directory / CONVERSATIONS

    @property
    def fault(self) -> Fault | None:
        if self.order is None or datetime.now(UTC) >= self.order.until:
            return None
        return self.order.fault

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if self.fault is Fault.HANG_SENDER:
            self._strike(Fault.HANG_SENDER)
            await asyncio.sleep(SILENCE_S)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        fault = self.fault
        if fault in RECIPIENT_ANSWERS:
            self._strike(fault, address)
            return RECIPIENT_ANSWERS[fault]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        received, fault = datetime.now(UTC), self.fault
        if fault in BEFORE_THE_CONTENT:
            fault = None
        began = server.began if isinstance(server, Relay) else received
        if fault is Fault.KEEP_AND_LINGER:
            self.order = None
        if fault is None or fault in KEEPING:
            answer = await super().handle_DATA(server, session, envelope)
            kept = answer.rpartition(" ")[2] if answer.startswith("250") else None
        else:
            answer, kept = REFUSALS.get(fault, ""), None
        if fault is not None:
            self._strike(fault, *envelope.rcpt_tos[:1])
        key = first(headers_of(envelope.original_content or b""), KEY_HEADER)
        self._note(Conversation(key=key, began=began, received=received, fault=fault, kept=kept))
        if fault in (Fault.HANG_CONTENT, Fault.KEEP_AND_HANG):
            await asyncio.sleep(SILENCE_S)
        if fault is Fault.KEEP_AND_LINGER:
            await asyncio.sleep(LINGER_S)
        if fault in (Fault.DROP, Fault.KEEP_AND_DROP) and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return answer

    def _strike(self, fault: Fault, recipient: str | None = None) -> None:
        with (self.store.directory / STRUCK).open("a") as file:
            file.write(Struck(fault=fault, at=datetime.now(UTC), recipient=recipient).model_dump_json() + "\n")

    def _note(self, conversation: Conversation) -> None:
        with self.conversations.open("a") as file:
            file.write(conversation.model_dump_json() + "\n")


KEEPING = (Fault.KEEP_AND_DROP, Fault.KEEP_AND_HANG, Fault.KEEP_AND_LINGER)
RECIPIENT_ANSWERS = {
    Fault.DEFER_RECIPIENT: "451 4.3.0 Come back later",
    Fault.REFUSE_RECIPIENT: "550 5.1.1 No such user",
}
REFUSALS = {Fault.DEFER_CONTENT: "452 4.3.1 Out of space", Fault.REFUSE_CONTENT: "554 5.6.0 Not this"}


async def receive(receiver: FaultyReceiver, host: str, port: int) -> asyncio.Server:
    """Listen for mail until the returned server is closed."""
    return await asyncio.get_running_loop().create_server(
        lambda: Relay(receiver, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="mailbox.localhost"),
        host,
        port,
    )


def conversations_of(directory: Path) -> list[Conversation]:
    """Those that reached the content, in their order."""
    return [Conversation.model_validate_json(line) for line in _lines(directory / CONVERSATIONS)]


def struck_of(directory: Path) -> list[Struck]:
    """Each message that a fault met, in their order."""
    return [Struck.model_validate_json(line) for line in _lines(directory / STRUCK)]


def _lines(path: Path) -> list[str]:
    """A line cut short by a kill is left out."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in lines if line.endswith("}")]

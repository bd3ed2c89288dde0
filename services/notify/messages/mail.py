"""A message as the bytes that go to the relay."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email
from opentelemetry import propagate

from contracts.actions import Attachment
from contracts.parties import Language
from services.notify.messages.domain import NoSenderAddress
from services.notify.messages.models import Message
from services.notify.rendering.jobs import Rendering


class Headers(HeaderRegistry):
    """Those of the library, which makes a class anew for each header: here once for each name of a header."""

    @cache  # noqa: B019 (there is one of it, and a mail has a dozen names)
    def __getitem__(self, name: str) -> type[BaseHeader]:
        return super().__getitem__(name)


POLICY = SMTP.clone(cte_type="7bit", header_factory=Headers())
CONTENT_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*", re.ASCII | re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Mail:
    """An envelope and its content; `needs_utf8`: the recipient's address has letters beyond ASCII."""

    sender: str
    recipient: str
    content: bytes
    needs_utf8: bool


@dataclass(frozen=True)
class Written:
    """What a mail says, and to whom. `headers` are our own, in ASCII without spaces."""

    headers: Mapping[str, str]
    recipient: str
    recipient_name: str
    message_id: str
    language: Language
    subject: str
    text: str
    html: str


def written(message: Message, texts: Rendering) -> Written:
    """The texts are given: a message may be kept without them."""
    return Written(
        headers={"X-Relance-Key": message.key},
        recipient=message.recipient,
        recipient_name=message.recipient_name,
        message_id=message.message_id,
        language=message.language,
        subject=texts.subject,
        text=texts.text,
        html=texts.html,
    )


def sender_among(*addresses: str | None) -> str:
    """The first that a mail can come from. Raises NoSenderAddress."""
    for address in addresses:
        if address and (usable := ascii_address(address)):
            return usable
    raise NoSenderAddress()


def ascii_address(address: str) -> str | None:
    """The address with its domain in ASCII; None when it is no address, or its local part is not ASCII."""
    try:
        return validate_email(address, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def compose(
    message: Written,
    *,
    sender: str,
    sender_name: str,
    answers: str | None,
    attachments: Sequence[Attachment],
    at: datetime,
    returns_to: str | None = None,
) -> Mail:
    """Text and HTML with attachments. `answers`: the Message-ID of the conversation's first message.

    `returns_to`: the envelope's sender, where it is another than who writes.
    """
    ascii_recipient = ascii_address(message.recipient)
    mail = EmailMessage(policy=POLICY if ascii_recipient else POLICY.clone(utf8=True))
    recipient = ascii_recipient or message.recipient
    mail["From"] = _party(sender_name, sender)
    mail["To"] = _party(message.recipient_name, recipient)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message.message_id
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = answers
    mail["Auto-Submitted"] = "auto-generated"
    contents = _fill(mail, message, attachments)
    mail["Content-Language"] = message.language.value  # before the parts it would move into one of them
    written = mail.as_bytes()
    for place, content in contents.items():
        written = written.replace(place, content, 1)
    return Mail(returns_to or sender, recipient, _own_headers(message) + written, ascii_recipient is None)


def _fill(mail: EmailMessage, message: Written, attachments: Sequence[Attachment]) -> dict[bytes, bytes]:
    """Text, HTML and, for each attachment, a place for its content: what stands there, and what it becomes.

    The library writes base64 line by line, which for an invoice takes longer than all the rest.
    """
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    contents: dict[bytes, bytes] = {}
    for each in attachments:
        maintype, _, subtype = each.content_type.partition("/")
        place = uuid4().bytes
        mail.add_attachment(place, maintype=maintype, subtype=subtype, filename=each.filename)
        contents[_base64(place)] = _base64(each.content)
    return contents


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _own_headers(message: Written) -> bytes:
    """Written by hand, since folding would break a long key; a key and a trace hold no space or line end."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    headers = dict(message.headers) | ({"Traceparent": carrier["traceparent"]} if carrier else {})
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _party(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(_one_line(name), local, domain)


def _one_line(name: str) -> str:
    return CONTROLS.sub(" ", name).strip()

"""What the mailbox knows of a message it accepted."""

import email
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import compat32, default

from pydantic import BaseModel, ConfigDict, Field

Headers = tuple[tuple[str, str], ...]
"""Names and decoded values in their order."""


class Summary(BaseModel):
    """One accepted message: `from` and `to` are the envelope's, the rest is the message's own."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str
    at: datetime
    sender: str = Field(alias="from")
    recipients: tuple[str, ...] = Field(alias="to")
    subject: str
    message_id: str
    size: int
    headers: Headers

    def matches(self, words: str) -> bool:
        """Whether each word stands in the subject, the sender or a recipient, in any case."""
        text = " ".join((self.subject, self.sender, *self.recipients)).casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True)
class Attachment:
    number: int
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """A message taken apart. `html` and `text` are None where it has no such part."""

    html: str | None
    text: str | None
    attachments: Sequence[Attachment]


def headers_of(raw: bytes) -> Headers:
    """The headers of a message; a malformed one as it came."""
    message = email.message_from_bytes(raw[: _end_of_headers(raw)], policy=compat32)
    return tuple((sys.intern(name), _decoded(value)) for name, value in message.items())


def first(headers: Headers, name: str) -> str:
    """The value of the first header of this name, or ""."""
    return next((value for each, value in headers if each.lower() == name.lower()), "")


def body_of(raw: bytes) -> Body:
    """The parts of a message."""
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=default)
    return Body(
        html=_text(message, "html"),
        text=_text(message, "plain"),
        attachments=list(_attachments(message)),
    )


def _end_of_headers(raw: bytes) -> int:
    ends = [end for end in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if end >= 0]
    return min(ends) if ends else len(raw)


def _decoded(value: object) -> str:
    text = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, LookupError, ValueError):
        return text


def _text(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return None
    charset = part.get_content_charset("utf-8")
    try:
        return _bytes(part).decode(charset, errors="replace")
    except LookupError:
        return _bytes(part).decode(errors="replace")


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for number, part in enumerate(message.iter_attachments()):
        yield Attachment(
            number=number,
            filename=part.get_filename() or f"part-{number}",
            content_type=part.get_content_type(),
            content=_bytes(part),
        )


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else part.as_bytes()

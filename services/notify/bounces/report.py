"""A delivery status notification (RFC 3464) as mail servers write them: whose message it is, and what became of it.

Pure, and for what anyone may send: whatever cannot be read is no report, with the reason why.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message as Part
from enum import StrEnum

from services.notify.messages.conversation import words

DIGEST = re.compile(r"(?:bounces\+|<)([0-9a-f]{32})@", re.IGNORECASE)
STATUS = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\w)")
"""Three numbers and no more: an address such as 5.1.1.23 says nothing of ours. A sentence may end with it."""
REPLY = re.compile(r"\b([45])\d\d[ -]")
RETURNED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
ANSWERED = ("In-Reply-To", "References")
STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
MOST_PARTS = 50
"""Of a report there are three or four; beyond this nobody wrote it for us."""
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
DEAD = re.compile(r"5\.1\.(?:0|1|2|3|6|10)|5\.2\.1|5\.4\.4")
"""No such mailbox or domain, moved without a new address, disabled, or no host for it. A full mailbox, a refused text
or a message that is too large says nothing about the next one."""


class Action(StrEnum):
    """What the report says of its message."""

    FAILED = "failed"
    DELAYED = "delayed"
    OTHER = "other"  # delivered, relayed, expanded


@dataclass(frozen=True)
class Report:
    """`digests`: what may be before the `@` of our Message-ID, the surest first. `code` as 5.1.1."""

    action: Action
    code: str
    diagnostic: str
    digests: Sequence[str]

    @property
    def address_is_dead(self) -> bool:
        """Given up after delays (4.x.x), the message is lost, and the address may be a good one."""
        return DEAD.fullmatch(self.code) is not None


class NoReport(Exception):
    """Not the word of a mail server about a message: an answer of a person or of a machine, or unreadable."""


def read(raw: bytes) -> Report:
    """Raises NoReport."""
    try:
        mail = message_from_bytes(raw)
        fields = _fields(mail)
        return _report(mail, fields) if fields else _report_in_words(mail)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise NoReport(f"it cannot be read: {type(error).__name__}") from None


def _report(mail: Part, recipients: Sequence[Part]) -> Report:
    """The worst of what is said of the recipients; a message of ours has one."""
    told = [_told(each) for each in recipients]
    action, code, diagnostic = min(told, key=lambda each: list(Action).index(each[0]))
    return Report(action, code, diagnostic, _digests(mail))


def _told(recipient: Part) -> tuple[Action, str, str]:
    diagnostic = words(_text(recipient, "Diagnostic-Code").partition(";")[2] or _text(recipient, "Diagnostic-Code"))
    said = _text(recipient, "Action").strip().lower()
    code = _code(_text(recipient, "Status"), diagnostic)
    kind = {"failed": Action.FAILED, "delayed": Action.DELAYED}.get(said, Action.OTHER)
    if not said:
        kind = {"5": Action.FAILED, "4": Action.DELAYED}.get(code[:1], Action.OTHER)
    return kind, code, diagnostic or code


def _report_in_words(mail: Part) -> Report:
    """Exim before 4.87, and who writes like it: a text, with the address that failed in a header."""
    if not _text(mail, "X-Failed-Recipients"):
        raise NoReport("it has no delivery status (message/delivery-status)")
    text = "".join(_decoded(part) for part in _parts(mail) if part.get_content_maintype() == "text")
    before, _, returned = text.partition("------ This is a copy of ")
    line = next((line for line in before.splitlines() if STATUS.search(line) or REPLY.search(line)), "")
    diagnostic = words(line) or "the mail server says that delivery failed"
    return Report(Action.FAILED, _code("", diagnostic), diagnostic, _digests(mail, returned))


def _code(status: str, diagnostic: str) -> str:
    """What RFC 3463 says of it; of an answer without such a status, its class alone."""
    found = [each[0] for each in (STATUS.search(status), STATUS.search(diagnostic)) if each]
    if found:
        return next((code for code in found if not code.endswith(".0.0")), found[0])
    reply = REPLY.search(f"{diagnostic} ")
    return f"{reply[1]}.0.0" if reply else "5.0.0"


def _fields(mail: Part) -> list[Part]:
    """The groups of fields of the recipients; the first group is about the message."""
    for part in _parts(mail):
        if part.get_content_type() in STATUS_TYPES:
            groups = [group for group in _groups(part) if group["Action"] or group["Status"]]
            if not groups:
                raise NoReport("its delivery status names no recipient")
            return groups
    return []


def _groups(part: Part) -> Iterator[Part]:
    """From the bytes: some servers encode what must not be encoded, and some write UTF-8 (RFC 6533)."""
    body = BLANK_LINE.split(part.as_bytes(), maxsplit=1)[-1]
    if _text(part, "Content-Transfer-Encoding").strip().lower() == "base64":
        body = base64.b64decode(body)
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    yield from (message_from_string(group.strip()) for group in text.split("\n\n") if group.strip())


def _parts(mail: Part) -> Iterator[Part]:
    """In their order, without what is within the message that came back."""
    waiting, seen = [mail], 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise NoReport(f"it has more than {MOST_PARTS} parts")
        yield part
        if part.get_content_maintype() == "multipart":
            waiting = [*_enclosed(part), *waiting]


def _digests(mail: Part, returned: str = "") -> list[str]:
    """Where it came back to is of one message alone; what it encloses names it too."""
    said = [_text(mail, name) for name in RETURNED_TO]
    said += [_text(part, "Message-ID") for part in _returned(mail)]
    said += [_text(mail, name) for name in ANSWERED]
    said += [line for line in returned.splitlines() if line.lower().startswith("message-id:")]
    return list(dict.fromkeys(found.lower() for text in said for found in DIGEST.findall(text)))


def _returned(mail: Part) -> Iterator[Part]:
    for part in _parts(mail):
        if part.get_content_type() not in RETURNED_TYPES:
            continue
        yield from _enclosed(part) or [message_from_string(_decoded(part))]


def _enclosed(part: Part) -> list[Part]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Part)] if isinstance(payload, list) else []


def _text(part: Part, name: str) -> str:
    return " ".join(str(value) for value in part.get_all(name, []))


def _decoded(part: Part) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""

"""What is known of a run from outside: the relay's, the streams', PostgreSQL's, Temporal's and the ledger's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from chassis.dead_letters import DeadLetter
from services.billing.payments.schemas import PaymentView
from services.billing.receivables.schemas import ReceivableItem
from services.dunning.cases.schemas import CaseSummary
from services.dunning.journal.schemas import JournalEntryView
from services.notify.messages.schemas import MessageSummary
from tests.chaos.mailbox.faults import Conversation, Struck
from tests.chaos.published import Identity
from tests.chaos.silence import Silence

Series = tuple[str, str]
"""Whose it is, and how its numbers begin, as `F-2026`."""


@dataclass(frozen=True)
class Mail:
    """One message that the relay accepted, in real time: it left between `began` and `received`."""

    key: str
    began: datetime
    received: datetime

    @property
    def invoice_id(self) -> str:
        return invoice_of(self.key)


@dataclass(frozen=True)
class Paper:
    """A letter or a planned call, as notify lists it.

    `asked_at`: business time, of the look at the balance or earlier; `committed`: real time at which PostgreSQL first
    had it, None of a call that has changed since.
    """

    key: str
    invoice_id: str
    status: str
    asked_at: datetime
    committed: datetime | None


@dataclass(frozen=True)
class Heard:
    """A message of a stream, and the real time at which the stream took it. `body`: None when it is no object."""

    stream: str
    sequence: int
    subject: str
    identity: str
    body: dict[str, Any] | None
    at: datetime


@dataclass(frozen=True)
class Movement:
    """Money to an invoice, or back (negative), and when PostgreSQL committed it."""

    invoice_id: str
    amount: Decimal
    committed: datetime


@dataclass(frozen=True)
class Credited:
    """An invoice that a credit note took back in full, and when PostgreSQL committed it."""

    invoice_id: str
    committed: datetime


class KnownPayment(PaymentView):
    """A payment with the organisation that it was listed for: others have payments of the same id."""

    organisation: str

    @property
    def identity(self) -> Identity:
        return self.organisation, self.payment_id


@dataclass(frozen=True)
class Run:
    """One run of a workflow, as Temporal's history tells it.

    `failures`: of its workflow tasks, with their causes; `slow`: those that a starved machine did not do in time.
    """

    invoice_id: str
    status: str
    failures: tuple[str, ...]
    slow: int
    began: datetime


@dataclass(frozen=True)
class Evidence:
    """`waiting`: how many messages each consumer has not dealt with, and how many facts each outbox holds.

    `conversations` are the relay's own notes, `struck` what its faults met. `shown`: the keys of the uncertain messages
    that a person finds. `mended`: what the reconciliations did, which no event had brought about.

    `invoices`: what is listed of invoices and credit notes, each with its `organisation`; `in_whole`: by id, each one
    as it is read by itself. `series`: the last number that each of them says it has given.

    A Silence stands in the place of what a witness did not tell.
    """

    gathered_at: datetime
    mails: Sequence[Mail]
    conversations: Sequence[Conversation]
    struck: Sequence[Struck]
    heard: Sequence[Heard]
    dead: Sequence[DeadLetter]
    movements: Sequence[Movement]
    runs: Sequence[Run]
    waiting: Mapping[str, int]
    invoices: Sequence[Mapping[str, Any]]
    receivables: Sequence[ReceivableItem]
    payments: Mapping[Identity, KnownPayment]
    cases: Sequence[CaseSummary]
    journal: Sequence[JournalEntryView]
    messages: Sequence[MessageSummary]
    papers: Sequence[Paper]
    shown: frozenset[str]
    mended: Mapping[str, int] = field(default_factory=dict)
    series: Mapping[Series, int] = field(default_factory=dict)
    in_whole: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    credited: Sequence[Credited] = ()

    def told(self, *subjects: str) -> list[Heard]:
        """Each event of these types once, as it was first heard."""
        first: dict[str, Heard] = {}
        for each in self.heard:
            if each.subject in subjects:
                first.setdefault(each.identity, each)
        return list(first.values())

    @property
    def words(self) -> Mapping[str, object]:
        """What each witness said, by its name here."""
        return {name: word for name, word in vars(self).items() if name != "gathered_at"}

    def as_told(self) -> "Evidence":
        """For whoever shows what is known: a witness who did not answer told nothing."""
        return replace(self, **{name: word.nothing for name, word in self.words.items() if isinstance(word, Silence)})


def invoice_of(key: str) -> str:
    """The invoice that a business key speaks of."""
    return key.partition(":")[0]


def key_of(entry: JournalEntryView) -> str:
    """The business key of the step that the entry decides on."""
    return f"{entry.invoice_id}:{entry.scenario}:{entry.step}:{entry.occurrence}"


def field_of(heard: Heard, name: str) -> str:
    return str((heard.body or {}).get(name))

"""Streams and durable consumers of the bus; the `provision` job makes them, the services bind to them."""

from dataclasses import dataclass

from contracts import events as e
from contracts.events import Event


@dataclass(frozen=True)
class Stream:
    """One stream for each publisher: everything under its prefix.

    `forgets`: full, it drops its oldest messages. The others refuse what comes, and their publishers keep it.
    """

    name: str
    subjects: tuple[str, ...]
    forgets: bool = False


@dataclass(frozen=True)
class Consumer:
    """A durable pull consumer; `group` is how many messages one process works on at once.

    `takes_strays`: also gets what its stream keeps under a name that no type has, so that a slip of another
    program is answered and not forgotten. `begins_now`: hears nothing of what came before it was made, when its
    service could not know yet what was to be done about it.
    """

    durable: str
    stream: str
    types: tuple[type[Event], ...]
    group: int = 16
    takes_strays: bool = False
    begins_now: bool = False

    @property
    def subjects(self) -> list[str]:
        if self.takes_strays:
            return [subject for stream in STREAMS if stream.name == self.stream for subject in stream.subjects]
        return [event.type for event in self.types]


MOST_BYTES = 1_000_000
"""Of one message, its headers included: no stream takes more, and a server by default little more."""

ADVISORIES = "$JS.EVENT.ADVISORY.CONSUMER"

STREAMS = (
    Stream("PAYMENTS", ("payments.>",)),
    Stream("QUOTES", ("quotes.>",)),
    Stream("BILLING", ("billing.>",)),
    Stream("DUNNING", ("dunning.>",)),
    Stream("NOTIFY", ("notify.>",)),
    Stream("IDENTITY", ("identity.>",)),
    Stream("AUDIT", ("audit.>",)),
    # the server tells each once, and heeds no refusal: until it had room again nobody would hear of new ones
    Stream("DEAD_LETTERS", (f"{ADVISORIES}.MAX_DELIVERIES.>", f"{ADVISORIES}.MSG_TERMINATED.>"), forgets=True),
)

BILLING_PAYMENT = Consumer("billing-payment", "PAYMENTS", (e.PaymentReceived, e.PaymentReversed), takes_strays=True)
BILLING_QUOTE_ACCEPTED = Consumer("billing-quote-accepted", "QUOTES", (e.QuoteAccepted,))
DUNNING_INVOICE = Consumer(
    "dunning-invoice",
    "BILLING",
    (e.InvoiceIssued, e.InvoiceBalanceChanged, e.InvoiceSettled, e.InvoiceReopened, e.InvoiceCancelled),
)
DUNNING_CASE = Consumer(
    "dunning-case", "DUNNING", (e.CaseOpened, e.CasePaused, e.CaseResumed, e.CaseChanged, e.CaseClosed), group=32
)
NOTIFY_INVOICE_CLOSED = Consumer("notify-invoice-closed", "BILLING", (e.InvoiceSettled, e.InvoiceCancelled))
NOTIFY_INVOICE_REOPENED = Consumer("notify-invoice-reopened", "BILLING", (e.InvoiceReopened,), begins_now=True)
NOTIFY_INVOICE_CHANGED = Consumer("notify-invoice-changed", "BILLING", (e.InvoiceBalanceChanged,), begins_now=True)
NOTIFY_CUSTOMER = Consumer("notify-customer", "BILLING", (e.CustomerErased,))
DUNNING_CUSTOMER = Consumer("dunning-customer", "BILLING", (e.CustomerErased,))
QUOTES_CUSTOMER = Consumer("quotes-customer", "BILLING", (e.CustomerErased,))
QUOTES_QUOTE = Consumer("quotes-quote", "QUOTES", (e.QuoteSent, e.QuoteAccepted, e.QuoteRefused, e.QuoteExpired))
DUNNING_MESSAGE = Consumer("dunning-message", "NOTIFY", (e.MessageBounced,))
QUOTES_MESSAGE = Consumer("quotes-message", "NOTIFY", (e.MessageSent, e.MessageFailed, e.MessageBounced))
DUNNING_USER = Consumer("dunning-user", "IDENTITY", (e.UserLocked,))
NOTIFY_USER = Consumer("notify-user", "IDENTITY", (e.UserLocked,))
IDENTITY_AUDIT = Consumer("identity-audit", "AUDIT", (e.AuditRecorded,))

CONSUMERS = (
    BILLING_PAYMENT,
    BILLING_QUOTE_ACCEPTED,
    DUNNING_INVOICE,
    DUNNING_CASE,
    DUNNING_CUSTOMER,
    DUNNING_MESSAGE,
    DUNNING_USER,
    NOTIFY_INVOICE_CLOSED,
    NOTIFY_INVOICE_REOPENED,
    NOTIFY_INVOICE_CHANGED,
    NOTIFY_CUSTOMER,
    NOTIFY_USER,
    QUOTES_QUOTE,
    QUOTES_MESSAGE,
    QUOTES_CUSTOMER,
    IDENTITY_AUDIT,
)


def consumers_of(service: str) -> tuple[Consumer, ...]:
    """Those that the service reads: its name begins theirs."""
    return tuple(consumer for consumer in CONSUMERS if consumer.durable.split("-")[0] == service)


TAKES_IN = {"PAYMENTS": "billing", "AUDIT": "identity"}
"""Who answers for what others publish: the service whose business it is."""


def streams_of(service: str) -> tuple[Stream, ...]:
    """Those whose messages the service answers for: its own, and what it takes in from others."""
    return tuple(stream for stream in STREAMS if TAKES_IN.get(stream.name, stream.name.lower()) == service)

"""Facts that leave a service. A type's name ends with its version; data is additive within a version."""

from contracts.events.audit import AuditRecorded
from contracts.events.base import EVENTS, Event, event_of_type
from contracts.events.billing import (
    CustomerErased,
    InvoiceBalanceChanged,
    InvoiceCancelled,
    InvoiceIssued,
    InvoiceReopened,
    InvoiceSettled,
    PaymentApplied,
    PaymentRejected,
    PaymentUnallocated,
)
from contracts.events.dunning import (
    CaseChanged,
    CaseClosed,
    CaseOpened,
    CasePaused,
    CaseResumed,
    StepCarriedOut,
    StepDeferred,
    StepSkipped,
)
from contracts.events.identity import UserLocked
from contracts.events.notify import (
    LetterPosted,
    LetterPrepared,
    MessageBounced,
    MessageFailed,
    MessageSent,
    TaskCompleted,
    TaskOpened,
)
from contracts.events.payments import PaymentReceived, PaymentReversed
from contracts.events.quotes import QuoteAccepted, QuoteExpired, QuoteRefused, QuoteSent

__all__ = [
    "EVENTS",
    "AuditRecorded",
    "CaseChanged",
    "CaseClosed",
    "CaseOpened",
    "CasePaused",
    "CaseResumed",
    "CustomerErased",
    "Event",
    "InvoiceBalanceChanged",
    "InvoiceCancelled",
    "InvoiceIssued",
    "InvoiceReopened",
    "InvoiceSettled",
    "LetterPosted",
    "LetterPrepared",
    "MessageBounced",
    "MessageFailed",
    "MessageSent",
    "PaymentApplied",
    "PaymentReceived",
    "PaymentRejected",
    "PaymentReversed",
    "PaymentUnallocated",
    "QuoteAccepted",
    "QuoteExpired",
    "QuoteRefused",
    "QuoteSent",
    "StepCarriedOut",
    "StepDeferred",
    "StepSkipped",
    "TaskCompleted",
    "TaskOpened",
    "UserLocked",
    "event_of_type",
]

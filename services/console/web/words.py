"""The words for whatever has a fixed set of values."""

from collections.abc import Mapping
from enum import StrEnum

from contracts.dunning import CaseState, ClosingReason, HoldKind, Outcome, Reason
from contracts.events.audit import Outcome as Told
from contracts.events.payments import PaymentMethod
from contracts.parties import CustomerKind, Language
from contracts.receivable import ReceivableStatus
from contracts.rights import Access
from contracts.scenario import StepKind
from services.console.peers.billing import Because, InvoiceStatus, PaymentStatus, ReversalReason
from services.console.peers.cases import Prospect
from services.console.peers.identity import Theme
from services.console.peers.notify import (
    ActionKind,
    CallOutcome,
    LetterStatus,
    MessageStatus,
    TaskStatus,
    WithdrawalCause,
)
from services.console.peers.operations import Trouble
from services.console.peers.quotes import Act, MailStatus, QuoteStatus
from services.console.peers.templates import About, Part, Sample
from services.console.web.catalogues import mark

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Language: {
        Language.FRENCH: mark("French"),
        Language.ENGLISH: mark("English"),
    },
    Theme: {
        Theme.LIGHT: mark("Light"),
        Theme.DARK: mark("Dark"),
        Theme.SYSTEM: mark("As the system"),
    },
    Access: {
        Access.HIDDEN: mark("Hidden"),
        Access.VISIBLE: mark("Visible"),
        Access.EDITABLE: mark("Editable"),
    },
    Told: {
        Told.DONE: mark("Done"),
        Told.REFUSED: mark("Refused"),
    },
    Trouble: {
        Trouble.FAILED: mark("Failed"),
        Trouble.TIMED_OUT: mark("Timed out"),
        Trouble.STUCK: mark("Stuck"),
    },
    ReceivableStatus: {
        ReceivableStatus.OPEN: mark("Open"),
        ReceivableStatus.SETTLED: mark("Paid"),
        ReceivableStatus.CREDITED: mark("Credited"),
        ReceivableStatus.CANCELLED: mark("Cancelled"),
        ReceivableStatus.WRITTEN_OFF: mark("Written off"),
    },
    QuoteStatus: {
        QuoteStatus.DRAFT: mark("Draft"),
        QuoteStatus.SENT: mark("Sent"),
        QuoteStatus.ACCEPTED: mark("Accepted"),
        QuoteStatus.REFUSED: mark("Refused"),
        QuoteStatus.EXPIRED: mark("Expired"),
    },
    Act: {
        Act.SEND: mark("E-mail with the quote"),
        Act.FOLLOW_UP: mark("Follow-up e-mail"),
        Act.EXPIRE: mark("End of the validity"),
    },
    MailStatus: {
        MailStatus.SENT: mark("Sent"),
        MailStatus.FAILED: mark("Failed"),
        MailStatus.UNCERTAIN: mark("Uncertain"),
        MailStatus.BOUNCED: mark("Came back"),
    },
    CaseState: {
        CaseState.SCHEDULED: mark("Scheduled"),
        CaseState.ACTIVE: mark("Under way"),
        CaseState.PAUSED: mark("On hold"),
        CaseState.CLOSED: mark("Closed"),
    },
    ClosingReason: {
        ClosingReason.SETTLED: mark("paid"),
        ClosingReason.CREDITED: mark("credited"),
        ClosingReason.CANCELLED: mark("cancelled"),
        ClosingReason.WRITTEN_OFF: mark("written off"),
        ClosingReason.EXHAUSTED: mark("all its steps are done"),
        ClosingReason.EXCLUDED: mark("excluded from dunning"),
    },
    HoldKind: {
        HoldKind.PAUSED: mark("Paused"),
        HoldKind.PROMISED: mark("Payment promised"),
        HoldKind.DISPUTED: mark("In dispute"),
    },
    StepKind: {
        StepKind.EMAIL: mark("E-mail"),
        StepKind.CALL: mark("Call"),
        StepKind.LETTER: mark("Letter"),
        StepKind.EVENT: mark("Event"),
    },
    Prospect: {
        Prospect.PLANNED: mark("Planned"),
        Prospect.ASKED: mark("asked for now"),
        Prospect.SUPERSEDED: mark("left out, since a later step will have come due"),
        Prospect.WAITING: mark("waits until the case goes on"),
        Prospect.DONE: mark("Done"),
    },
    Outcome: {
        Outcome.CARRIED_OUT: mark("Done"),
        Outcome.UNCERTAIN: mark("Uncertain"),
        Outcome.FAILED: mark("Failed"),
        Outcome.SKIPPED: mark("Skipped"),
        Outcome.SUPERSEDED: mark("Superseded"),
        Outcome.DEFERRED: mark("Deferred"),
    },
    Reason: {
        Reason.DUE: mark("its moment had come"),
        Reason.SETTLED: mark("the invoice is paid"),
        Reason.CREDITED: mark("the invoice is credited"),
        Reason.CANCELLED: mark("the invoice is cancelled"),
        Reason.WRITTEN_OFF: mark("the invoice is written off"),
        Reason.EXCLUDED: mark("excluded from dunning"),
        Reason.PAUSED: mark("the case is paused"),
        Reason.PROMISED: mark("a payment is promised"),
        Reason.DISPUTED: mark("the invoice is in dispute"),
        Reason.STALE_BALANCE: mark("the balance was not fresh enough"),
        Reason.OUTSIDE_HOURS: mark("outside the hours of contact"),
        Reason.RECENT_CONTACT: mark("the customer was contacted shortly before"),
        Reason.BELOW_THRESHOLD: mark("the balance is below the threshold"),
        Reason.CONDITION: mark("its condition does not hold"),
        Reason.ALREADY_DONE: mark("the step needed no more work"),
        Reason.BY_HAND: mark("by hand"),
        Reason.TOO_LATE: mark("too late for a reminder before the due date"),
        Reason.LATER_STEP_DUE: mark("a later step was due already"),
        Reason.NO_RECIPIENT: mark("the customer has no address for it"),
        Reason.REFUSED: mark("it was refused"),
        Reason.RELAY_SILENT: mark("the mail server did not answer"),
        Reason.BOUNCED: mark("mail to this address came back"),
        Reason.OUT_OF_STEP: mark("the workflow has yet to hear of a change"),
    },
    InvoiceStatus: {
        InvoiceStatus.DRAFT: mark("Draft"),
        InvoiceStatus.ISSUED: mark("Issued"),
        InvoiceStatus.CREDITED: mark("Credited"),
    },
    PaymentStatus: {
        PaymentStatus.APPLIED: mark("Allocated"),
        PaymentStatus.UNALLOCATED: mark("Unallocated"),
        PaymentStatus.REVERSED: mark("Reversed"),
        PaymentStatus.REJECTED: mark("Rejected"),
        PaymentStatus.AWAITED: mark("Awaited"),
    },
    Because: {
        Because.SAME_AMOUNT: mark("same amount"),
        Because.SAME_CUSTOMER: mark("same customer"),
        Because.PAYER_NAME: mark("named like the payer"),
    },
    CallOutcome: {
        CallOutcome.REACHED: mark("Reached"),
        CallOutcome.NO_ANSWER: mark("No answer"),
        CallOutcome.PROMISED: mark("Promised to pay"),
        CallOutcome.DISPUTED: mark("Disputes it"),
        CallOutcome.OTHER: mark("Something else"),
    },
    TaskStatus: {
        TaskStatus.OPENED: mark("To do"),
        TaskStatus.COMPLETED: mark("Done"),
        TaskStatus.WITHDRAWN: mark("Withdrawn"),
    },
    LetterStatus: {
        LetterStatus.PREPARED: mark("To post"),
        LetterStatus.POSTED: mark("Posted"),
        LetterStatus.WITHDRAWN: mark("Withdrawn"),
    },
    WithdrawalCause: {
        WithdrawalCause.CLOSED: mark("Its invoice is owed no more."),
        WithdrawalCause.LESS_OWED: mark("It asks for more than is owed now. Decide whether another letter goes."),
        WithdrawalCause.DUE_DATE_MOVED: mark("The due date was moved since. Decide whether another letter goes."),
    },
    MessageStatus: {
        MessageStatus.PENDING: mark("Waiting"),
        MessageStatus.SENDING: mark("Being sent"),
        MessageStatus.SENT: mark("Sent"),
        MessageStatus.FAILED: mark("Failed"),
        MessageStatus.UNCERTAIN: mark("Uncertain"),
        MessageStatus.BOUNCED: mark("Came back"),
    },
    ActionKind: {
        ActionKind.EMAIL: mark("E-mail"),
        ActionKind.LETTER: mark("Letter"),
        ActionKind.CALL: mark("Call"),
    },
    About: {
        About.RECEIVABLE: mark("An invoice"),
        About.QUOTE: mark("A quote"),
        About.OVERDUE_LIST: mark("The overdue list"),
    },
    Sample: {
        Sample.PROFESSIONAL: mark("A business"),
        Sample.CONSUMER: mark("A consumer"),
        Sample.NON_PROFESSIONAL: mark("A non-profit"),
        Sample.BARE: mark("A business abroad, partly paid, without anything optional"),
    },
    Part: {
        Part.SUBJECT: mark("Subject"),
        Part.TEXT: mark("Plain text"),
        Part.HTML: mark("HTML"),
    },
    CustomerKind: {
        CustomerKind.PROFESSIONAL: mark("Business"),
        CustomerKind.CONSUMER: mark("Consumer"),
        CustomerKind.NON_PROFESSIONAL: mark("Non-profit"),
    },
    ReversalReason: {
        ReversalReason.UNPAID_CHEQUE: mark("Unpaid cheque"),
        ReversalReason.REJECTED_DEBIT: mark("Rejected direct debit"),
        ReversalReason.RECALLED: mark("Transfer recalled by the bank"),
        ReversalReason.MISTAKE: mark("Entered by mistake"),
        ReversalReason.OTHER: mark("Another reason"),
    },
    PaymentMethod: {
        PaymentMethod.TRANSFER: mark("Transfer"),
        PaymentMethod.CARD: mark("Card"),
        PaymentMethod.DIRECT_DEBIT: mark("Direct debit"),
        PaymentMethod.CHEQUE: mark("Cheque"),
        PaymentMethod.CASH: mark("Cash"),
        PaymentMethod.OTHER: mark("Other"),
    },
}


def word_of(member: StrEnum) -> str:
    return WORDS[type(member)][member]

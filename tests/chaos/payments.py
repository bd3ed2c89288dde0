"""I4: what became of each payment event, judged from what its publisher published."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal

from contracts import events as e
from contracts.events import PaymentReceived
from contracts.receivable import ReceivableStatus
from services.billing.payments.models import PaymentStatus
from tests.chaos.concerned import Concerned, first
from tests.chaos.corrections import judge_corrections
from tests.chaos.evidence import Evidence, Heard
from tests.chaos.outcomes import Outcomes, as_it_came, reason_of, standing_of
from tests.chaos.published import Identity, Ledger, identity_of, named
from tests.chaos.verdict import Setting, Verdict


def every_payment_has_an_outcome(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("no payment event is dropped")
    published = [each for each in evidence.heard if each.stream == "PAYMENTS"]
    ledger, concerned = Ledger(setting.published), Concerned(evidence, setting.published)
    kept = verdict.count("events acknowledged to their publisher and lost")
    numbers = {each.sequence for each in published}
    for event in setting.published:
        what = f"PAYMENTS {event.sequence} was acknowledged, and is not in the stream"
        kept.check(event.sequence in numbers, first(concerned.of_event(event.body)), what)
    _each_ends_as_it_must(verdict, evidence, ledger, published, concerned)
    _each_refusal_is_told_once(verdict, evidence, ledger, concerned)
    judge_corrections(verdict, evidence, ledger, concerned)
    _money_is_kept(verdict, evidence, concerned)
    balances = verdict.count("balances that the events do not explain")
    expected, credited = expected_balances(evidence, ledger, setting), setting.credited
    for receivable in evidence.receivables:
        invoice, status = str(receivable.invoice_id), receivable.status
        right = expected[invoice]
        what = f"{receivable.number}: {receivable.balance} {status}, the events say {right}"
        what += ", and it was credited" if invoice in credited else ""
        is_right = (status is ReceivableStatus.OPEN) == (right > 0)
        is_right = is_right and (status is ReceivableStatus.CREDITED) == (invoice in credited)
        balances.check(is_right and receivable.balance == right, invoice, what)
    return verdict


def expected_balances(evidence: Evidence, ledger: Ledger, setting: Setting) -> dict[str, Decimal]:
    """By invoice: what is left of it by what was published, be it recorded or not; nothing of what was credited."""
    invoices = invoices_by_number(evidence)
    owed = {str(each.invoice_id): each.total for each in evidence.receivables}
    for identity in ledger.contents.keys() - ledger.reversed:
        payment = standing_of(evidence, ledger, identity)
        invoice = invoices.get((payment.organisation, payment.invoice_number or ""))
        if invoice is not None:
            owed[invoice] -= payment.amount
    owed |= dict.fromkeys(setting.credited & owed.keys(), Decimal(0))
    return {invoice: max(Decimal(0), left) for invoice, left in owed.items()}


def invoices_by_number(evidence: Evidence) -> Mapping[tuple[str, str], str]:
    """By whose it is and its number, which others' invoices have too."""
    return {(each.organisation, each.number): str(each.invoice_id) for each in evidence.receivables}


def _each_ends_as_it_must(
    verdict: Verdict, evidence: Evidence, ledger: Ledger, published: list[Heard], concerned: Concerned
) -> None:
    unknown = verdict.count("payment events that nobody published")
    count = verdict.count("payment events that did not end as they must, or of which nobody was told")
    outcomes = Outcomes(evidence, ledger)
    for each in published:
        invoice, expected = first(concerned.of_event(each.body)), ledger.of(each.subject, each.body)
        unknown.check(bool(expected), invoice, f"PAYMENTS {each.sequence}: nobody published {each.body}")
        wrong = [why for one in sorted(expected, key=str) if (why := outcomes.wrong(one, each))]
        is_fine = len(wrong) < len(expected) or not expected
        count.check(is_fine, invoice, f"PAYMENTS {each.sequence}: {'; '.join(wrong)}; it was {each.body}")


def _each_refusal_is_told_once(verdict: Verdict, evidence: Evidence, ledger: Ledger, concerned: Concerned) -> None:
    """Nothing is refused but what had to be; each refusal is one answer with its reason, however often it came."""
    refusals = verdict.count("payments refused for nothing, or whose publisher was not told exactly once")
    told: dict[Identity, list[str]] = defaultdict(list)
    for each in evidence.told(e.PaymentRejected.type):
        told[identity_of(each.body)].append(reason_of(each))
    for identity in ledger.identities:
        known = evidence.payments.get(identity)
        refused = {(each.type, as_it_came(each)): each.reason for each in known.refusals} if known else {}
        due = set(ledger.rejected[identity])
        if identity in ledger.contents:
            standing = standing_of(evidence, ledger, identity)
            contents = ledger.contents[identity].items()
            due |= {(PaymentReceived.type, kept) for kept, content in contents if content is not standing}
        what = f"payment {named(identity)}: {len(due)} to refuse, refused {list(refused.values())}"
        what += f", told {told[identity]}"
        fine = refused.keys() == due and Counter(refused.values()) == Counter(told[identity]) and all(told[identity])
        refusals.check(fine, first(concerned.of_payment(identity)), what)


def _money_is_kept(verdict: Verdict, evidence: Evidence, concerned: Concerned) -> None:
    count = verdict.count("payments of which money is lost, or was counted twice")
    for payment in evidence.payments.values():
        kept = sum((each.amount for each in payment.allocations), payment.unallocated)
        stands = payment.status in (PaymentStatus.APPLIED, PaymentStatus.UNALLOCATED)
        right = payment.amount if stands and payment.amount is not None else Decimal(0)
        what = f"payment {named(payment.identity)}: {payment.amount}, {payment.status}: {kept} are kept"
        count.check(kept == right, first(concerned.of_payment(payment.identity)), what)

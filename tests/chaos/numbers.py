"""I5: numbers without gap, and invoices that stay as they were issued."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from contracts import events as e
from tests.chaos.evidence import Evidence, field_of
from tests.chaos.verdict import Setting, Verdict

NUMBER = re.compile(r"(.+)-(\d+)")
KEPT = ("number", "total", "currency", "issue_date", "due_date")
"""What the event of an issue says and the invoice must say for ever."""


def numbers_are_whole(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("numbers are whole, invoices stay as they were issued")
    known = {str(invoice["id"]): invoice for invoice in evidence.invoices if invoice["number"]}
    _no_gap(verdict, known)
    _nothing_changed(verdict, evidence, setting, known)
    _each_issued_once(verdict, evidence, setting, known)
    return verdict


def _no_gap(verdict: Verdict, known: Mapping[str, Mapping[str, Any]]) -> None:
    count = verdict.count("gaps and duplicates in the numbers")
    numbers: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for invoice_id, invoice in known.items():
        found = NUMBER.fullmatch(str(invoice["number"]))
        if found is None:
            count.check(False, invoice_id, f"{invoice['number']} is no number of a series")
        else:
            numbers[found[1]][int(found[2])].append(invoice_id)
    for series, used in numbers.items():
        for number in range(1, max(used) + 1):
            invoices = used.get(number, [])
            what = f"{series}-{number:05d} was given {len(invoices)} times: {', '.join(invoices) or 'a gap'}"
            count.check(len(invoices) == 1, _carrier(used, number), what)


def _carrier(used: Mapping[int, Sequence[str]], number: int) -> str:
    """Whose story tells of the number: the first invoice that has it, of a gap the one that has the next higher one."""
    return next(used[higher][0] for higher in itertools.count(number) if higher in used)


def _nothing_changed(
    verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Mapping[str, Any]]
) -> None:
    count = verdict.count("issued invoices that changed")
    for issued in setting.issued.values():
        now = known.get(issued.invoice_id, {})
        same = now.get("number") == issued.number and Decimal(now.get("total", "-1")) == issued.total
        count.check(same, issued.invoice_id, f"issued as {issued}, now {now}")
    for each in evidence.told(e.InvoiceIssued.type):
        body, now = each.body or {}, known.get(field_of(each, "invoice_id"), {})
        changed = [f"{name}: {body[name]}, now {now.get(name)}" for name in KEPT if body[name] != now.get(name)]
        count.check(not changed, field_of(each, "invoice_id"), "; ".join(changed))


def _each_issued_once(
    verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Mapping[str, Any]]
) -> None:
    count = verdict.count("invoices issued twice, or that nobody asked for")
    events = Counter(field_of(each, "invoice_id") for each in evidence.told(e.InvoiceIssued.type))
    asked = {issued.invoice_id for issued in setting.issued.values()}
    for invoice_id, invoice in known.items():
        told = events[invoice_id]
        count.check(told == 1, invoice_id, f"{invoice['number']}: {told} events say that it was issued")
        count.check(invoice_id in asked, invoice_id, f"{invoice['number']}: issued without being asked for")

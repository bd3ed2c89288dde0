"""I5: numbers without gap, and invoices that stay as they were issued."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from contracts import events as e
from tests.chaos.evidence import Evidence, Series, field_of
from tests.chaos.verdict import Setting, Verdict

NUMBER = re.compile(r"(.+)-(\d+)")
KEPT = ("organisation", "number", "total", "currency", "issue_date", "due_date")
"""What the event of an issue says and the invoice must say for ever."""

Document = Mapping[str, Any]


def numbers_are_whole(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("numbers are whole, invoices stay as they were issued")
    known = {str(invoice["id"]): invoice for invoice in evidence.invoices if invoice["number"]}
    _no_gap(verdict, evidence, known)
    _nothing_changed(verdict, evidence, setting, known)
    _nothing_is_read_otherwise(verdict, evidence, setting)
    _each_issued_once(verdict, evidence, setting, known)
    _each_credited_once(verdict, evidence, setting, known)
    return verdict


def _no_gap(verdict: Verdict, evidence: Evidence, known: Mapping[str, Document]) -> None:
    """From 1 to the number that the series says it gave last, and none after it."""
    count = verdict.count("gaps and duplicates in the numbers")
    numbers: dict[Series, dict[int, list[str]]] = defaultdict(dict)
    for invoice_id, invoice in known.items():
        found = NUMBER.fullmatch(str(invoice["number"]))
        if found is None:
            count.check(False, invoice_id, f"{invoice['number']} is no number of a series")
        else:
            numbers[invoice["organisation"], found[1]].setdefault(int(found[2]), []).append(invoice_id)
    for series in sorted(numbers.keys() | evidence.series.keys()):
        used, last = numbers[series], evidence.series.get(series, 0)
        for number in range(1, max([last, *used]) + 1):
            invoices = used.get(number, [])
            what = f"{series[1]}-{number:05d} of {series[0]} was given {len(invoices)} times"
            what += f": {', '.join(invoices) or 'a gap'}; the last one is {last}"
            count.check(len(invoices) == 1 and number <= last, _carrier(used, number), what)


def _carrier(used: Mapping[int, Sequence[str]], number: int) -> str:
    """Whose story tells of a number: an invoice that has it, of a gap the one that has the next, else the last one."""
    nearest = min((each for each in used if each >= number), default=max(used, default=0))
    return used[nearest][0] if used else ""


def _nothing_changed(verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Document]) -> None:
    count = verdict.count("issued invoices that changed")
    for issued in setting.issued.values():
        now = known.get(issued.invoice_id, {})
        same = now.get("number") == issued.number and Decimal(now.get("total", "-1")) == issued.total
        count.check(same, issued.invoice_id, f"issued as {issued}, now {now}")
    for each in evidence.told(e.InvoiceIssued.type):
        body, now = each.body or {}, known.get(field_of(each, "invoice_id"), {})
        changed = [f"{name}: {body[name]}, now {now.get(name)}" for name in KEPT if body[name] != now.get(name)]
        count.check(not changed, field_of(each, "invoice_id"), "; ".join(changed))


def _nothing_is_read_otherwise(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    """Parties, lines, VAT and mentions too: whatever was answered to who issued it is read of it in the end, but that
    it was credited meanwhile."""
    count = verdict.count("issued documents that are read otherwise than they were answered", is_needed=False)
    credited = setting.credited
    for answered in setting.answers:
        answer = {**answered, "status": "credited"} if answered["id"] in credited else answered
        now = evidence.in_whole.get(str(answer["id"]), {})
        names = sorted(answer.keys() | now.keys())
        changed = [f"{name}: {answer.get(name)}, now {now.get(name)}" for name in names if _differs(name, answer, now)]
        count.check(not changed, str(answer["id"]), f"{answer['number']}: {'; '.join(changed)}")


def _differs(name: str, answer: Document, now: Document) -> bool:
    return name not in answer or name not in now or answer[name] != now[name]


def _each_issued_once(verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Document]) -> None:
    count = verdict.count("invoices issued twice, or that nobody asked for")
    events = Counter(field_of(each, "invoice_id") for each in evidence.told(e.InvoiceIssued.type))
    asked = {issued.invoice_id for issued in setting.issued.values()} | {str(each["id"]) for each in setting.answers}
    for invoice_id, invoice in known.items():
        told, due = events[invoice_id], 0 if invoice["kind"] == "credit_note" else 1
        count.check(told == due, invoice_id, f"{invoice['number']}: {told} events say that it was issued")
        count.check(invoice_id in asked, invoice_id, f"{invoice['number']}: issued without being asked for")


def _each_credited_once(verdict: Verdict, evidence: Evidence, setting: Setting, known: Mapping[str, Document]) -> None:
    """By one note that names it, told by one event; what nobody took back is not credited."""
    count = verdict.count("invoices not credited as asked, or told so more or less than once", is_needed=False)
    settled = evidence.told(e.InvoiceSettled.type)
    events = Counter(field_of(each, "invoice_id") for each in settled if field_of(each, "status") == "credited")
    committed = Counter(each.invoice_id for each in evidence.credited)
    credited = {invoice_id for invoice_id, invoice in known.items() if invoice["status"] == "credited"}
    for invoice_id in sorted(setting.credited | events.keys() | committed.keys() | credited):
        asked = invoice_id in setting.credited
        fine = asked and invoice_id in credited and events[invoice_id] == committed[invoice_id] == 1
        what = f"asked for: {asked}, {committed[invoice_id]} times committed, {events[invoice_id]} events say so"
        count.check(fine, invoice_id, what)

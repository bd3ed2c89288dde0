"""When steps come, by the days of the scenario alone: none is forgotten or put off for ever, none comes too early.

The engine's own reckoning of moments is not asked: it is what is judged.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts import events as e
from contracts.clock import EPOCH
from contracts.dunning import CaseState
from contracts.scenario import Step
from tests.chaos.evidence import Evidence, field_of, invoice_of, key_of
from tests.chaos.portfolio import HOURS
from tests.chaos.steps import is_final
from tests.chaos.verdict import Setting, Verdict

SURELY_CAME = timedelta(days=9)
"""From the start of a step's day to its moment, at most: a weekend with holidays beside it, and the two days that later
versions of the scenario add."""
HOURS_COME_WITHIN = timedelta(days=3)
"""Of business, from any instant to the next hour of contact: at Easter from Saturday evening to Tuesday morning."""
DECIDED_WITHIN = timedelta(seconds=60)
"""Real time within hours of contact, from its moment, from the last movement of the invoice, or from the last step of
it that was decided: where several have come due, and the last one reaches nobody, those before it are tried one after
the other. A process that starts again meanwhile takes of it."""


def judge_punctuality(verdict: Verdict, evidence: Evidence, setting: Setting, overdue: set[str]) -> None:
    due = {field_of(each, "invoice_id"): each for each in evidence.told(e.InvoiceIssued.type)}
    days = {invoice: date.fromisoformat(field_of(each, "due_date")) for invoice, each in due.items()}
    _none_is_forgotten(verdict, evidence, setting, {each: day for each, day in days.items() if each in overdue})
    _none_is_early(verdict, evidence, setting, days)


def _none_is_forgotten(verdict: Verdict, evidence: Evidence, setting: Setting, days: Mapping[str, date]) -> None:
    """Of an invoice that is overdue at the end and whose case is open."""
    count = verdict.count("steps of overdue invoices that nobody decided on in their days", is_needed=False)
    final = [entry for entry in evidence.journal if entry.step and is_final(entry)]
    decided = {key_of(entry) for entry in final}
    moved: dict[str, datetime] = defaultdict(lambda: EPOCH)
    moves = [(each.invoice_id, setting.clock.business(each.committed)) for each in evidence.movements]
    moves += [(str(entry.invoice_id), entry.decided_at) for entry in final]
    for invoice, at in moves:
        moved[invoice] = max(moved[invoice], at)
    for case in evidence.cases:
        invoice, scenario = str(case.invoice_id), setting.scenarios.get(case.scenario)
        if invoice not in days or scenario is None or case.state is CaseState.CLOSED:
            continue
        for step in scenario.steps:
            surely = max(_start_of(days[invoice], step) + SURELY_CAME, moved[invoice] + HOURS_COME_WITHIN)
            is_late = max(setting.clock.real(surely) + DECIDED_WITHIN, setting.recovered) < evidence.gathered_at
            key = f"{invoice}:{scenario.key}:{step.key}:1"
            if key in decided or is_late:
                count.check(key in decided, invoice, f"{key} came long ago, and nothing was decided")


def _none_is_early(verdict: Verdict, evidence: Evidence, setting: Setting, days: Mapping[str, date]) -> None:
    count = verdict.count("reminders, letters and calls before their day", is_needed=False)
    left = {each.key: setting.clock.business(each.received) for each in evidence.mails}
    left |= {each.key: each.asked_at for each in evidence.papers}
    for key, at in left.items():
        _, scenario, name, _ = key.split(":") if key.count(":") == 3 else ("", "", "", "")
        step, invoice = setting.step_of(scenario, name), invoice_of(key)
        if step is not None and invoice in days:
            fine = at >= _start_of(days[invoice], step)
            count.check(fine, invoice, f"{key} came on {at:%Y-%m-%d}, the invoice was due on {days[invoice]}")


def _start_of(due: date, step: Step) -> datetime:
    return datetime.combine(due + timedelta(days=step.days), datetime.min.time(), ZoneInfo(HOURS.time_zone))

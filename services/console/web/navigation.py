"""The pages that stand in the menu; each is shown to those who may read it."""

from dataclasses import dataclass

from chassis.auth import Caller
from contracts.rights import Right
from services.console.web.catalogues import mark


@dataclass(frozen=True)
class Entry:
    path: str
    label: str
    icon: str
    right: Right


ENTRIES = (
    Entry("/today", mark("Today"), "today", Right.RECEIVABLES_READ),
    Entry("/receivables", mark("Receivables"), "receivables", Right.RECEIVABLES_READ),
    Entry("/customers", mark("Customers"), "customers", Right.CUSTOMERS_READ),
    Entry("/tasks", mark("Calls"), "tasks", Right.TASKS_READ),
    Entry("/letters", mark("Letters"), "letter", Right.LETTERS_READ),
    Entry("/payments", mark("Payments"), "payments", Right.PAYMENTS_READ),
    Entry("/quotes", mark("Quotes"), "document", Right.QUOTES_READ),
    Entry("/scenarios", mark("Scenarios"), "scenarios", Right.SCENARIOS_READ),
    Entry("/templates", mark("Templates"), "template", Right.TEMPLATES_READ),
    Entry("/people", mark("Users and rights"), "people", Right.USERS_READ),
    Entry("/operations", mark("Operations"), "operations", Right.OPERATIONS_READ),
    Entry("/audit", mark("Audit log"), "audit", Right.AUDIT_READ),
)


def entries_for(caller: Caller) -> list[Entry]:
    return [entry for entry in ENTRIES if entry.right in caller.rights]


def is_current(entry: Entry, path: str) -> bool:
    return path == entry.path or path.startswith(f"{entry.path}/")

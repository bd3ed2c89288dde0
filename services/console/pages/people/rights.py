"""The rights, in groups and in words."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from contracts.rights import Field, Right
from services.console.web.catalogues import mark

R = Right

GROUPS: Mapping[str, str] = {
    "seller": mark("Our company"),
    "customers": mark("Customers"),
    "comments": mark("Comments on customers"),
    "invoices": mark("Invoices"),
    "receivables": mark("Receivables"),
    "payments": mark("Payments"),
    "quotes": mark("Quotes"),
    "pipeline": mark("Sales pipeline"),
    "cases": mark("Dunning cases"),
    "exclusions": mark("Exclusions from dunning"),
    "journal": mark("Journal of decisions"),
    "scenarios": mark("Scenarios"),
    "rules": mark("Rules that choose the scenario"),
    "policy": mark("Contact policy and calendar"),
    "reconciliation": mark("Reconciliation"),
    "overdue_lists": mark("Overdue lists by e-mail"),
    "templates": mark("Templates"),
    "messages": mark("Messages"),
    "letters": mark("Letters"),
    "tasks": mark("Calls"),
    "actions": mark("What was sent"),
    "users": mark("Users"),
    "profiles": mark("Profiles"),
    "api_keys": mark("API keys"),
    "organisation": mark("Organisation"),
    "audit": mark("Audit log"),
    "operations": mark("Operations"),
}

READ, WRITE = mark("Read"), mark("Change")
ACTS: Mapping[Right, str] = {
    R.CUSTOMERS_EXPORT: mark("Export all data on a customer"),
    R.CUSTOMERS_ERASE: mark("Erase a customer"),
    R.INVOICES_DRAFT: mark("Prepare drafts"),
    R.INVOICES_ISSUE: mark("Issue them"),
    R.INVOICES_CREDIT: mark("Credit them"),
    R.RECEIVABLES_NEGOTIATE: mark("Note promises, disputes and new due dates"),
    R.RECEIVABLES_WRITE_OFF: mark("Write off"),
    R.PAYMENTS_RECORD: mark("Enter them"),
    R.PAYMENTS_REVERSE: mark("Reverse them"),
    R.PAYMENTS_MATCH: mark("Allocate"),
    R.QUOTES_SEND: mark("Send"),
    R.QUOTES_ANSWER: mark("Accept or refuse in the customer's name"),
    R.QUOTES_SHARE: mark("Manage the customer's secret link"),
    R.QUOTES_EXPIRE: mark("Let expire (for services)"),
    R.CASES_STEER: mark("Steer: pause, skip, run, close"),
    R.CASES_CARRY_OUT: mark("Carry out steps (for services)"),
    R.OVERDUE_LISTS_END: mark("Stop those of others"),
    R.SCENARIOS_PUBLISH: mark("Publish"),
    R.TEMPLATES_PREVIEW: mark("See previews"),
    R.TEMPLATES_TEST: mark("Send oneself a test"),
    R.MESSAGES_SEND: mark("Send (for services)"),
    R.MESSAGES_SETTLE: mark("Settle uncertain ones, look after those that came back"),
    R.MESSAGES_REPORT: mark("Report those that came back (for the mail server)"),
    R.LETTERS_PREPARE: mark("Prepare (for services)"),
    R.LETTERS_POST: mark("Note as posted"),
    R.TASKS_OPEN: mark("Plan (for services)"),
    R.TASKS_COMPLETE: mark("Note the outcome"),
    R.OPERATIONS_REPAIR: mark("Deliver messages again"),
}
FIELDS: Mapping[Field, str] = {
    Field.QUOTE_COST_PRICE: mark("Cost price of a quote"),
    Field.QUOTE_MARGIN: mark("Margin of a quote"),
    Field.QUOTE_DISCOUNT: mark("Discount of a quote"),
}


def words_of(right: Right) -> str:
    """What it allows, within its group; marked for translation."""
    verb = right.rpartition(".")[2]
    return ACTS.get(right) or {"read": READ, "write": WRITE}.get(verb) or str(right)


def in_groups() -> Sequence[tuple[str, Sequence[tuple[Right, str]]]]:
    """Each group's words with its rights and theirs, in the order in which they are written."""
    grouped = groupby(Right, key=lambda right: right.partition(".")[0])
    return [(GROUPS.get(name, name), [(right, words_of(right)) for right in rights]) for name, rights in grouped]

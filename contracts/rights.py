"""What a caller may be allowed to do: each endpoint asks for one right; some fields and stages have their own."""

from enum import StrEnum


class Right(StrEnum):
    """A group of endpoints and a kind of act. What carries out work for other services is marked so."""

    SELLER_READ = "seller.read"
    SELLER_WRITE = "seller.write"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    INVOICES_READ = "invoices.read"
    INVOICES_DRAFT = "invoices.draft"
    INVOICES_ISSUE = "invoices.issue"
    INVOICES_CREDIT = "invoices.credit"
    RECEIVABLES_READ = "receivables.read"
    RECEIVABLES_NEGOTIATE = "receivables.negotiate"
    RECEIVABLES_WRITE_OFF = "receivables.write_off"
    PAYMENTS_READ = "payments.read"
    PAYMENTS_RECORD = "payments.record"
    PAYMENTS_REVERSE = "payments.reverse"
    PAYMENTS_MATCH = "payments.match"

    QUOTES_READ = "quotes.read"
    QUOTES_WRITE = "quotes.write"
    QUOTES_SEND = "quotes.send"
    QUOTES_ANSWER = "quotes.answer"
    """Accept or refuse in the customer's name."""
    QUOTES_SHARE = "quotes.share"
    """Read, renew and revoke the secret link with which the customer reads and answers a quote."""
    QUOTES_EXPIRE = "quotes.expire"
    """For services."""
    PIPELINE_READ = "pipeline.read"
    PIPELINE_WRITE = "pipeline.write"

    CASES_READ = "cases.read"
    CASES_STEER = "cases.steer"
    CASES_CARRY_OUT = "cases.carry_out"
    """For services: what the workflow of a case reads and writes."""
    EXCLUSIONS_READ = "exclusions.read"
    EXCLUSIONS_WRITE = "exclusions.write"
    JOURNAL_READ = "journal.read"
    SCENARIOS_READ = "scenarios.read"
    SCENARIOS_WRITE = "scenarios.write"
    SCENARIOS_PUBLISH = "scenarios.publish"
    RULES_READ = "rules.read"
    RULES_WRITE = "rules.write"
    POLICY_READ = "policy.read"
    POLICY_WRITE = "policy.write"
    RECONCILIATION_READ = "reconciliation.read"

    TEMPLATES_READ = "templates.read"
    TEMPLATES_PREVIEW = "templates.preview"
    TEMPLATES_WRITE = "templates.write"
    MESSAGES_READ = "messages.read"
    MESSAGES_SEND = "messages.send"
    """For services."""
    MESSAGES_SETTLE = "messages.settle"
    LETTERS_READ = "letters.read"
    LETTERS_PREPARE = "letters.prepare"
    """For services."""
    LETTERS_POST = "letters.post"
    TASKS_READ = "tasks.read"
    TASKS_OPEN = "tasks.open"
    """For services."""
    TASKS_COMPLETE = "tasks.complete"
    ACTIONS_READ = "actions.read"

    USERS_READ = "users.read"
    USERS_WRITE = "users.write"
    PROFILES_READ = "profiles.read"
    PROFILES_WRITE = "profiles.write"
    API_KEYS_READ = "api_keys.read"
    API_KEYS_WRITE = "api_keys.write"
    ORGANISATION_READ = "organisation.read"
    ORGANISATION_WRITE = "organisation.write"
    AUDIT_READ = "audit.read"


class Field(StrEnum):
    """A field that not everyone may see."""

    QUOTE_COST_PRICE = "quotes.cost_price"
    QUOTE_MARGIN = "quotes.margin"
    QUOTE_DISCOUNT = "quotes.discount"


class Access(StrEnum):
    """To a field, or to what stands in a stage of a pipeline. Hidden: neither read nor written."""

    HIDDEN = "hidden"
    VISIBLE = "visible"
    EDITABLE = "editable"

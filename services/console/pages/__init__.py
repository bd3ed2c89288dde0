"""The pages: a folder each, its routes in `api.py`; its templates stand in a folder of the same name."""

from services.console.pages.account.api import router as account
from services.console.pages.audit.api import router as audit
from services.console.pages.calendar.api import router as calendar
from services.console.pages.customers.api import router as customers
from services.console.pages.customers.privacy import router as customer_data
from services.console.pages.invoices.api import router as invoices
from services.console.pages.invoices.scenario import router as scenario_of_case
from services.console.pages.invoices.steering import router as steering
from services.console.pages.letters.api import router as letters
from services.console.pages.offers.api import router as offers
from services.console.pages.operations.api import router as operations
from services.console.pages.passwords.api import router as passwords
from services.console.pages.payments.api import router as payments
from services.console.pages.payments.reversal import router as reversal
from services.console.pages.people.api_keys import router as api_keys
from services.console.pages.people.calendars import router as calendars
from services.console.pages.people.entry import router as people
from services.console.pages.people.overdue_lists import router as overdue_lists
from services.console.pages.people.profiles import router as profiles
from services.console.pages.people.rules import router as rules
from services.console.pages.people.users import router as users
from services.console.pages.quotes.api import router as quotes
from services.console.pages.receivables.aged import router as aged
from services.console.pages.receivables.api import router as receivables
from services.console.pages.receivables.mailing import router as mailing
from services.console.pages.receivables.views import router as views
from services.console.pages.scenarios.api import router as scenarios
from services.console.pages.scenarios.beginning import router as beginning
from services.console.pages.scenarios.previewing import router as previewing
from services.console.pages.scenarios.publishing import router as publishing
from services.console.pages.scenarios.steps import router as steps
from services.console.pages.scenarios.versions import router as versions
from services.console.pages.sign_in.api import router as sign_in
from services.console.pages.sign_in.provider import router as provider
from services.console.pages.tasks.api import router as tasks
from services.console.pages.templates.api import router as templates
from services.console.pages.templates.editor import router as template_editor
from services.console.pages.templates.versions import router as template_versions
from services.console.pages.today.api import router as today

ROUTERS = (
    # routes are tried one after the other: those of the quickest pages, which would feel it, first
    templates,
    template_editor,
    template_versions,
    audit,
    letters,
    sign_in,
    provider,
    passwords,
    account,
    people,
    users,
    profiles,
    api_keys,
    calendars,
    overdue_lists,
    rules,
    today,
    receivables,
    aged,
    views,
    mailing,
    invoices,
    steering,
    scenario_of_case,
    customers,
    customer_data,
    calendar,
    tasks,
    payments,
    reversal,
    quotes,
    offers,
    scenarios,
    beginning,
    steps,
    previewing,
    versions,
    publishing,
    operations,
)

"""The currencies that a form offers: the usual one first."""

from contracts.currencies import CURRENCIES
from services.console.web.forms import Form

USUAL = "EUR"
OFFERED = [(code, code) for code in (USUAL, *sorted(CURRENCIES - {USUAL}))]
"""As they are sent and read."""


def chosen(form: Form) -> str:
    code = form.value("currency", USUAL)
    if code not in CURRENCIES:
        form.not_offered("currency")
        return USUAL
    return code

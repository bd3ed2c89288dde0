"""The pages: a folder each, its routes in `api.py`; its templates stand in a folder of the same name."""

from services.console.pages.home.api import router as home
from services.console.pages.invoices.api import router as invoices
from services.console.pages.offers.api import router as offers
from services.console.pages.quotes.api import router as quotes
from services.console.pages.receivables.api import router as receivables
from services.console.pages.sign_in.api import router as sign_in

ROUTERS = (sign_in, home, receivables, invoices, quotes, offers)

"""Billing: customers, invoices, payments, receivables."""

from chassis import main, worker
from chassis.app import Service
from chassis.personal.restored import ErasingAgain
from services.billing import handlers
from services.billing.ageing.api import router as ageing
from services.billing.ageing.counting import count_movements
from services.billing.comments.api import router as comments
from services.billing.customers.api import router as customers
from services.billing.documents.api import open_printer
from services.billing.documents.api import router as documents
from services.billing.figures import measures as figures
from services.billing.forgotten.api import router as forgotten
from services.billing.forgotten.comparing import Comparing
from services.billing.invoices.api import router as invoices
from services.billing.lapsing import store as lapsing
from services.billing.payments.api import router as payments
from services.billing.payments.intake import watch_intake
from services.billing.privacy.api import router as customer_data
from services.billing.privacy.store import HOLDINGS
from services.billing.privacy.use_cases import erase_again
from services.billing.receivables.api import router as receivables
from services.billing.sales.api import router as sales
from services.billing.sellers.api import router as sellers
from services.billing.settings import Settings
from services.billing.standings.api import router as standings
from services.billing.suggestions.api import router as suggestions

SERVICE = Service(
    "billing",
    "Relance billing",
    (
        sellers,
        customers,
        comments,
        standings,
        invoices,
        forgotten,
        documents,
        ageing,
        sales,
        receivables,
        suggestions,
        payments,
        customer_data,
    ),
    opens=(open_printer,),
)


async def work(settings: Settings) -> None:
    comparing, erasing_again = Comparing(), ErasingAgain(HOLDINGS, erase_again)
    await worker.run(
        SERVICE.name,
        settings,
        subscribe=handlers.subscribe,
        loops=(watch_intake, count_movements, comparing.watch, erasing_again.watch),
        checks={"numbers": comparing.check, "erasures": erasing_again.check},
        measures=figures.measures,
        prunings=lapsing.prunings(settings),
    )


if __name__ == "__main__":
    main.run(SERVICE, Settings, work)

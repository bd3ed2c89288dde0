"""Billing: customers, invoices, payments, receivables."""

from chassis import main, worker
from chassis.app import Service
from services.billing import handlers
from services.billing.customers.api import router as customers
from services.billing.invoices.api import router as invoices
from services.billing.sellers.api import router as sellers
from services.billing.settings import Settings

SERVICE = Service("billing", "Relance billing", (sellers, customers, invoices))


async def work(settings: Settings) -> None:
    await worker.run(SERVICE.name, settings, subscribe=handlers.subscribe)


if __name__ == "__main__":
    main.run(SERVICE, Settings, work)

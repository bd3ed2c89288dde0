"""Every page that shows business data, asked as people ask them."""

from collections.abc import Mapping

from tests.speed.house import House, Reader


async def pages_of(house: House, reader: Reader) -> Mapping[str, str]:
    """Paths by what they are; those of one thing are of something that has much behind it."""
    late = (await house.ask(reader, "billing", "/receivables", overdue="true", sort="due_date", limit=1))["items"][0]
    biggest = (await house.ask(reader, "billing", "/receivables/aged/customers", limit=1))["items"][0]["customer_id"]
    credit = (await house.ask(reader, "billing", "/payments", has_credit="true", limit=1))["items"][0]["payment_id"]
    quote = (await house.ask(reader, "quotes", "/quotes", limit=1))["items"][0]["id"]
    invoice, words = late["invoice_id"], late["number"][-3:]
    return {
        "today": "/today",
        "receivables, overdue": "/receivables",
        "receivables, all": "/receivables?scope=all",
        "receivables, paid": "/receivables?scope=settled",
        "receivables by balance": "/receivables?scope=open&sort=-balance",
        "receivables by number": "/receivables?scope=all&sort=-number",
        "receivables by customer": "/receivables?scope=all&sort=customer",
        "receivables by amount": "/receivables?scope=all&min_amount=1000&max_amount=2000",
        "receivables, days late": "/receivables?min_days_late=60",
        "search: one letter": "/receivables?scope=all&q=g",
        "search: two letters": "/receivables?scope=all&q=ga",
        "search: a name": "/receivables?scope=all&q=vandenberghe",
        "search: a number": f"/receivables?scope=all&q={words}",
        "search: nothing": "/receivables?scope=all&q=zzz",
        "search: nothing, by balance": "/receivables?scope=all&q=zq&sort=-balance",
        "receivables of a customer": f"/receivables?scope=all&customer_id={biggest}",
        "aged balance": "/receivables/aged",
        "invoice": f"/invoices/{invoice}",
        "scenario of a case": f"/invoices/{invoice}/scenario?scenario=standard",
        "customers": "/customers",
        "customers, search": "/customers?q=port",
        "customers, nothing": "/customers?q=zzz",
        "customer": f"/customers/{biggest}",
        "erasure of a customer": f"/customers/{biggest}/erasure",
        "calls": "/tasks?assignee=*",
        "my calls": "/tasks",
        "calendar": "/tasks/calendar",
        "letters": "/letters",
        "payments": "/payments",
        "payments, unallocated": "/payments?status=unallocated",
        "payment's proposals": "/payments/proposals?q=port&amount=120",
        "allocation": f"/payments/{credit}/allocate",
        "quotes": "/quotes",
        "quotes, search": "/quotes?q=port",
        "quotes, nothing": "/quotes?q=zzz",
        "quote": f"/quotes/{quote}",
        "scenarios": "/scenarios",
        "scenario": "/scenarios/standard",
        "preview": f"/scenarios/standard/preview?invoice={invoice}",
        "versions": "/scenarios/standard/versions",
        "publish": "/scenarios/standard/publish",
        "templates": "/templates",
        "template": "/templates/first-reminder/fr",
        "template's versions": "/templates/first-reminder/fr/versions",
        "users": "/people/users",
        "profiles": "/people/profiles",
        "operations": "/operations",
        "audit": "/audit",
        "audit, of an object": "/audit?object=invoice:77",
        "audit, of an actor": "/audit?actor=user-7",
        "audit, nothing": "/audit?object=zzz",
        "account": "/account",
    }

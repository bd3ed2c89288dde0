"""Who may do what: no token, no answer; another organisation's row is not there; each role within its rights."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from fastapi.routing import APIRoute

from chassis.auth import Role
from services.billing.main import SERVICE
from tests.services.billing.office import CUSTOMER, Office, a_draft

READERS = frozenset(Role)
ALLOWED = {
    ("PUT", "/seller"): {Role.ADMIN},
    ("POST", "/customers"): {Role.ADMIN, Role.ACCOUNTANT, Role.SALES},
    ("PUT", "/customers/{customer_id}"): {Role.ADMIN, Role.ACCOUNTANT, Role.SALES},
    ("POST", "/customers/{customer_id}/comments"): {Role.ADMIN, Role.ACCOUNTANT, Role.COLLECTOR, Role.SALES},
    ("POST", "/invoices"): {Role.ADMIN, Role.ACCOUNTANT, Role.SALES},
    ("PUT", "/invoices/{invoice_id}"): {Role.ADMIN, Role.ACCOUNTANT, Role.SALES},
    ("DELETE", "/invoices/{invoice_id}"): {Role.ADMIN, Role.ACCOUNTANT, Role.SALES},
    ("POST", "/invoices/{invoice_id}/issue"): {Role.ADMIN, Role.ACCOUNTANT},
    ("POST", "/invoices/{invoice_id}/credit"): {Role.ADMIN, Role.ACCOUNTANT},
    ("POST", "/receivables/{invoice_id}/due-date"): {Role.ADMIN, Role.ACCOUNTANT, Role.COLLECTOR},
    ("POST", "/receivables/{invoice_id}/write-off"): {Role.ADMIN, Role.ACCOUNTANT},
    ("POST", "/payments"): {Role.ADMIN, Role.ACCOUNTANT, Role.SERVICE},
    ("POST", "/payments/{payment_id}/reverse"): {Role.ADMIN, Role.ACCOUNTANT, Role.SERVICE},
    ("GET", "/customers/{customer_id}/export"): {Role.ADMIN},
    ("GET", "/customers/{customer_id}/erasure"): {Role.ADMIN},
    ("POST", "/customers/{customer_id}/erasure"): {Role.ADMIN},
    ("POST", "/payments/{payment_id}/allocations"): {Role.ADMIN, Role.ACCOUNTANT},
}


def endpoints() -> Iterator[tuple[str, str]]:
    """Method and path template of every endpoint of the service."""
    for router in SERVICE.routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                yield method, route.path.replace(":path}", "}")


def address(path: str) -> str:
    """The path with ids that name nothing."""
    ids = {"customer_id": uuid4(), "invoice_id": uuid4(), "payment_id": "NOTHING-1"}
    return path.format(**ids)


async def test_every_endpoint_asks_for_a_token(office: Office) -> None:
    for method, path in endpoints():
        answer = await office.client.request(method, address(path), json={})
        assert answer.status_code == 401, (method, path)


async def test_each_role_may_do_what_is_its_own_and_nothing_else(office: Office) -> None:
    for method, path in endpoints():
        allowed = ALLOWED.get((method, path), READERS) if method == "GET" else ALLOWED[method, path]
        for role in Role:
            status = (await office.ask(method, address(path), {}, role)).status_code
            assert (status != 403) is (role in allowed), (method, path, role, status)


async def test_rows_of_another_organisation_are_not_there(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)
    invoice = await office.issue(customer)
    other = office.of("other")
    await other.sells()
    its_own = await other.customer()
    requests = [
        ("GET", f"/customers/{customer}", None),
        ("GET", f"/customers/{customer}/contact", None),
        ("PUT", f"/customers/{customer}", CUSTOMER),
        ("GET", f"/customers/{customer}/comments", None),
        ("POST", f"/customers/{customer}/comments", {"text": "x"}),
        ("POST", "/invoices", a_draft(customer)),
        ("GET", f"/invoices/{draft['id']}", None),
        ("PUT", f"/invoices/{draft['id']}", a_draft(its_own)),
        ("DELETE", f"/invoices/{draft['id']}", None),
        ("POST", f"/invoices/{draft['id']}/issue", None),
        ("POST", f"/invoices/{invoice['id']}/credit", {"reason": "x"}),
        ("GET", f"/invoices/{invoice['id']}/pdf", None),
        ("GET", f"/receivables/{invoice['id']}", None),
    ]
    for method, path, body in requests:
        answer = await other.ask(method, path, body)
        assert answer.status_code == 404, (method, path, answer.text)

    for path in ("/invoices", "/receivables"):
        assert (await other.do("GET", path))["items"] == []
    assert [each["id"] for each in (await other.do("GET", "/customers"))["items"]] == [str(its_own)]
    assert await office.do("GET", f"/invoices/{draft['id']}") == draft

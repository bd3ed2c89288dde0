"""What people change is told to the audit in the transaction that changes it, from what to what."""

from uuid import UUID

from sqlmodel import select

from chassis.auth import Role
from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded
from tests.services.billing.office import CUSTOMER, Office, a_draft


async def told(office: Office) -> list[AuditRecorded]:
    async with office.sessions() as session:
        rows = (await session.exec(select(OutboxMessage).order_by(OutboxMessage.position))).all()  # type: ignore[arg-type]
    return [AuditRecorded.model_validate_json(row.body) for row in rows if row.subject == AuditRecorded.type]


async def test_a_change_is_told_with_who_and_from_what_to_what(office: Office, customer: UUID) -> None:
    await office.do("PUT", f"/customers/{customer}", CUSTOMER | {"phone": "+33 1 00 00 00 00"}, Role.SALES)

    made, changed = (await told(office))[-2:]
    assert (made.action, made.changes[0].before) == ("billing.create_customer", None)
    assert (changed.action, changed.object) == ("billing.change_customer", f"customers/{customer}")
    assert (changed.actor, changed.profile, changed.outcome) == ("somebody", "sales", "done")
    (change,) = changed.changes
    assert (change.before or {})["phone"] != (change.after or {})["phone"] == "+33 1 00 00 00 00"
    assert set(change.after or {}) <= {"phone", "changed_at"}


async def test_an_act_that_touches_several_rows_is_one_entry(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)
    await office.do("POST", f"/invoices/{draft['id']}/issue", None, Role.ACCOUNTANT)

    entry = (await told(office))[-1]
    assert entry.action == "billing.issue_invoice"
    changes = {change.object.split("/")[0]: change for change in entry.changes}
    assert {"invoices", "receivables"} <= set(changes)
    assert ((changes["invoices"].before or {})["status"], (changes["invoices"].after or {})["status"]) == (
        *("draft", "issued"),
    )


async def test_what_is_refused_is_told_and_what_services_do_is_not(office: Office, customer: UUID) -> None:
    before = len(await told(office))
    refused = await office.ask("POST", "/invoices", a_draft(customer), Role.VIEWER)
    await office.do("GET", f"/customers/{customer}", None, Role.VIEWER)
    await office.ask("POST", "/invoices", a_draft(customer), Role.SERVICE)

    entries = (await told(office))[before:]
    assert refused.status_code == 403
    assert [(each.action, each.outcome, each.object) for each in entries] == [
        ("billing.draft_invoice", "refused", "/invoices")
    ]
    assert "invoices.draft" in str(entries[0].reason)


async def test_what_was_rolled_back_is_not_told(office: Office, customer: UUID) -> None:
    before = len(await told(office))

    assert (await office.ask("POST", "/invoices", a_draft(UUID(int=1)))).status_code == 404

    assert len(await told(office)) == before


async def test_an_invoice_that_is_deleted_is_told_with_what_it_was(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)
    await office.do("DELETE", f"/invoices/{draft['id']}")

    (change,) = [each for each in (await told(office))[-1].changes if each.object == f"invoices/{draft['id']}"]
    assert (change.after, (change.before or {})["status"]) == (None, "draft")

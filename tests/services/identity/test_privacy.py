"""The audit forgets what it told of an erased customer, and remembers that it told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from chassis.personal.pruning import prune
from contracts.events import AuditRecorded
from services.identity.privacy.store import prunings
from services.identity.settings import Settings
from tests.services.identity.registry import Registry
from tests.services.identity.test_audit import find, keep
from tests.support.leaks import columns_with

CUSTOMER = AuditRecorded.example["object"].partition("/")[2]
TASK = "tasks/0197f3c2-0000-7000-8000-0000000000ee"
ERASED: dict[str, Any] = {
    "action": "billing.erased_customer",
    "at": "2026-04-01T08:00:00Z",
    "object": f"customers/{CUSTOMER}",
    "changes": [{"object": name, "before": None, "after": None} for name in (f"customers/{CUSTOMER}", TASK)],
}


async def leaks(registry: Registry) -> set[str]:
    async with registry.sessions() as session:
        return await columns_with(session, ["5 53 00 00 00", "secret-note"])


def a_call(at: str = "2026-03-16T08:00:00Z") -> dict[str, Any]:
    changes = [
        {"object": TASK, "before": {"outcome_note": None}, "after": {"outcome_note": "secret-note"}},
        {"object": "tasks/another", "before": None, "after": {"note": "stays"}},
    ]
    return {"action": "notify.complete_task", "object": TASK, "at": at, "changes": changes}


async def test_entries_that_name_what_was_erased_lose_their_values(registry: Registry) -> None:
    await keep(registry)
    await keep(registry, **a_call())
    assert await leaks(registry) == {"audit_entries.changes"}
    await keep(registry, **ERASED)
    await keep(registry, **ERASED)

    assert await leaks(registry) == set()
    acts = {each["action"] for each in await find(registry)}
    assert acts == {"notify.complete_task", "billing.change_customer", "billing.erased_customer"}
    (erasing, *_) = await find(registry, action="billing.erased_customer")
    assert [each["object"] for each in erasing["changes"]] == [f"customers/{CUSTOMER}", TASK]


async def test_an_entry_that_comes_after_the_erasure_it_is_older_than_is_kept_without_values(
    registry: Registry,
) -> None:
    await keep(registry, **ERASED)
    await keep(registry, **a_call("2026-03-31T08:00:00Z"))

    assert await leaks(registry) == set()
    assert [each["action"] for each in await find(registry, object=TASK)] == [
        "billing.erased_customer",
        "notify.complete_task",
    ]


async def test_another_organisations_entries_keep_their_values(registry: Registry) -> None:
    await keep(registry, organisation="other")
    await keep(registry, **ERASED)

    assert await leaks(registry) == {"audit_entries.changes"}


async def test_an_export_has_what_was_done_to_the_customer_and_what_was_made_for_them(registry: Registry) -> None:
    await keep(registry)
    made = {"customer_id": CUSTOMER, "text": "secret-note"}
    comment = {"object": "customer_comments/1", "before": None, "after": made}
    await keep(registry, action="billing.write_comment", object="customer_comments/1", changes=[comment])
    await keep(registry, **a_call())
    answer = await registry.ask("GET", f"/customers/{CUSTOMER}/export")

    acts = {each["data"]["action"] for each in answer.json()["items"]}
    assert acts == {"billing.change_customer", "billing.write_comment"}


async def test_old_entries_lapse(registry: Registry) -> None:
    now = datetime(2026, 4, 1, tzinfo=UTC)
    await keep(registry, at=(now - timedelta(days=31)).isoformat(), entry_id=str(uuid4()))
    await keep(registry, at=(now - timedelta(days=29)).isoformat(), entry_id=str(uuid4()))
    settings: Settings = registry.app.state.settings.model_copy(update={"audit_kept": timedelta(days=30)})

    (rule,) = prunings(settings)
    assert await prune(registry.sessions, rule, now=now) == 1
    assert len(await find(registry)) == 1

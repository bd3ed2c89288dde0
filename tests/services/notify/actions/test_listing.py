"""Everything that was done towards a customer, as one list; and who has calls to make."""

from typing import Any

from chassis.auth import Role
from tests.services.notify.actions.speaking import Notify, a_letter, a_task

CUSTOMER = "customer_id"


async def listed(notify: Notify, customer: str, **asked: str) -> Any:
    return (await notify.get("/actions", role=Role.SALES, customer_id=customer, **asked)).json()


async def some(notify: Notify) -> str:
    """A letter and two calls; the customer whom they are about."""
    task = a_task(key="k:1")
    for path, body in (("/tasks", task), ("/letters", a_letter(key="k:2")), ("/tasks", a_task(key="k:3"))):
        assert (await notify.post(path, body)).status_code == 201
    return str(task["context"]["receivable"]["contact"]["customer_id"])


async def test_letters_and_calls_stand_in_one_list(notify: Notify) -> None:
    items = (await listed(notify, await some(notify)))["items"]

    assert sorted(each["kind"] for each in items) == ["call", "call", "letter"]
    (letter,) = [each for each in items if each["kind"] == "letter"]
    assert (letter["status"], letter["reference"], letter["detail"]) == ("prepared", "F-2026-00042", None)


async def test_a_call_tells_what_it_brought(notify: Notify) -> None:
    customer = await some(notify)
    call = next(each for each in (await listed(notify, customer))["items"] if each["kind"] == "call")
    completion = {"outcome": "promised", "promised_on": "2026-04-10", "note": "By transfer"}
    await notify.post(f"/tasks/{call['id']}/complete", completion, role=Role.COLLECTOR)

    after = next(each for each in (await listed(notify, customer))["items"] if each["id"] == call["id"])
    assert (after["status"], after["outcome"], after["detail"]) == ("completed", "promised", "By transfer")


async def test_each_is_listed_once_page_by_page(notify: Notify) -> None:
    customer = await some(notify)
    whole = (await listed(notify, customer))["items"]
    seen, asked = [], {"limit": "1"}
    while True:
        page = await listed(notify, customer, **asked)
        seen += page["items"]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]

    assert seen == whole


async def test_another_organisation_and_another_customer_have_nothing(notify: Notify) -> None:
    customer = await some(notify)
    other = await notify.get("/actions", organisation="other", customer_id=customer)
    assert other.json()["items"] == []
    assert (await listed(notify, "0197f3c2-0000-7000-8000-00000000ffff"))["items"] == []


async def test_assignees_are_counted_by_their_open_calls(notify: Notify) -> None:
    for number, (assignee, due) in enumerate([("lea", "2026-04-01"), ("lea", "2026-05-01"), ("marc", "2026-04-01")]):
        await notify.opened(key=f"k:{number}", assignee=assignee, due_on=due)

    everyone = (await notify.get("/tasks/assignees")).json()["items"]
    today = (await notify.get("/tasks/assignees", due="2026-04-01")).json()["items"]

    assert everyone == [{"name": "lea", "calls": 2}, {"name": "marc", "calls": 1}]
    assert [each["calls"] for each in today] == [1, 1]
    assert (await notify.get("/tasks/assignees", organisation="other")).json()["items"] == []


async def test_of_several_keys_those_that_were_used_are_known(notify: Notify) -> None:
    await some(notify)

    assert await known(notify, "demo") == {"k:1": "opened", "k:2": "prepared"}
    assert await known(notify, "other") == {}


async def known(notify: Notify, organisation: str) -> dict[str, str]:
    headers = notify.keys.bearer(Role.ADMIN, organisation=organisation)
    answer = await notify.client.get("/known-actions?key=k:1&key=k:2&key=k:4", headers=headers)
    return {each["key"]: each["status"] for each in answer.json()}

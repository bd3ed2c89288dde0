"""Reading back what a stream was told."""

import pytest
from nats.aio.client import Client as Nats

from chassis.told import last_position, told_after

SUBJECT = "notify.*.told.v1"


async def names(bus: Nats, position: int, *, until: int, limit: int = 10) -> list[str]:
    told = await told_after(bus.jetstream(), "NOTIFY", SUBJECT, position, until=until, limit=limit)
    assert [each.position for each in told] == sorted(each.position for each in told)
    return [each.type.split(".")[1] for each in told]


async def test_messages_come_in_their_order_without_those_of_other_subjects_or_that_are_gone(bus: Nats) -> None:
    js = bus.jetstream()
    begin = (await js.publish("notify.other.heard.v1", b"")).seq
    gone = [(await js.publish(f"notify.{name}.told.v1", b"")).seq for name in "abcd"][2]
    await js.publish("notify.e.told.v1.more", b"")
    await js.publish("notify.f.told.v1", b"")
    assert await js.delete_msg("NOTIFY", gone)
    last = await last_position(js, "NOTIFY", SUBJECT)
    await js.publish("notify.late.told.v1", b"")

    assert await names(bus, begin - 1, until=last) == ["a", "b", "d", "f"]
    assert await names(bus, begin - 1, until=last, limit=2) == ["a", "b"]
    assert await names(bus, last - 1, until=last) == ["f"]
    assert await names(bus, last + 1, until=last + 1) == []


@pytest.mark.parametrize(
    ("subject", "found"),
    [("notify.>", ["a"]), ("notify.a.>", ["a"]), ("notify.a.told.v1", ["a"]), ("notify.a.told.v1.>", [])],
)
async def test_a_wildcard_is_what_the_server_means_by_it(bus: Nats, subject: str, found: list[str]) -> None:
    js = bus.jetstream()
    position = (await js.publish("notify.a.told.v1", b"")).seq
    told = await told_after(js, "NOTIFY", subject, position - 1, until=position, limit=5)

    assert [each.type.split(".")[1] for each in told] == found

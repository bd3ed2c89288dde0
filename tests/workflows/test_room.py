"""A room grows while those who are in it are in time, and halves once when they are late together."""

import asyncio

import pytest

from workflows import room as module
from workflows.room import Room


async def act(room: Room, *, late: bool = False) -> None:
    async with room.entered() as place:
        await asyncio.sleep(0)
        place.is_late = late


async def test_no_more_are_in_than_there_is_room_for() -> None:
    room, most = Room(3), 0

    async def come() -> None:
        nonlocal most
        async with room.entered():
            most = max(most, room.inside)
            await asyncio.sleep(0.001)

    await asyncio.gather(*(come() for _ in range(20)))
    assert (most, room.inside) == (3, 0)


async def test_those_who_are_late_together_halve_it_once_and_it_is_never_empty() -> None:
    room = Room(16)
    for expected in (8, 4, 2, 1, 1):
        await asyncio.gather(*(act(room, late=True) for _ in range(int(room.size))))
        assert room.size == expected


async def test_it_grows_by_one_when_as_many_as_are_in_were_in_time_and_not_beyond_its_walls() -> None:
    room = Room(3)
    await act(room, late=True)
    await act(room, late=True)
    assert room.size == 1
    await act(room)
    assert room.size == 2
    for _ in range(2):
        await act(room)
    assert 2.8 < room.size <= 3
    for _ in range(10):
        await act(room)
    assert room.size == 3


async def test_who_fails_leaves_and_teaches_nothing() -> None:
    room = Room(2)
    with pytest.raises(OSError, match="away"):
        async with room.entered():
            raise OSError("away")
    assert (room.size, room.inside) == (2, 0)


async def test_who_is_called_away_while_they_wait_takes_no_room() -> None:
    room = Room(1)
    async with room.entered():
        waiting = asyncio.create_task(act(room))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting])
    await asyncio.wait_for(act(room), 1)
    assert room.inside == 0


async def test_one_that_hangs_keeps_the_others_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITS_S", 0.05)
    room = Room(1)
    async with room.entered():
        await asyncio.wait_for(act(room), 1)

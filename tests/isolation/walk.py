"""Ask for what is ours in their name, at every place where an operation may name something."""

from dataclasses import dataclass

import httpx2

from tests.isolation.ground import OURS, THEIRS, Ground, Ids, nobodys, rows_of
from tests.isolation.names import ORDINARY, SECRETS
from tests.isolation.operations import Operation, operations_of


@dataclass(frozen=True)
class Place:
    """Where something may be named: in the path, the query or the body. Several names are given at once."""

    operation: Operation
    where: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.operation} ({', '.join(self.names)} in the {self.where})"


async def operations(ground: Ground) -> list[Operation]:
    return operations_of((await ground.client.get("/openapi.json")).json())


def places(ground: Ground, operation: Operation) -> list[Place]:
    """Those that name a row. AssertionError for a name that nobody has classed yet."""
    found, told = [], []
    given = {"path": operation.in_path, "query": operation.in_query, "body": operation.in_body}
    for where, several in given.items():
        for name in several:
            if not ground.meaning(operation, name):
                unknown = f"{ground.name}: {operation}: is {name!r} in the {where} an id? Class it in tests/isolation"
                assert name in ORDINARY | SECRETS | ground.ordinary or f"{operation} {name}" in ground.ordinary, unknown
            elif where == "body" and name in ground.told:
                told.append(name)
            else:
                found.append(Place(operation, where, (name,)))
    return [*found, Place(operation, "body", tuple(told))] if told else found


@dataclass(frozen=True)
class Asked:
    """What they were answered for our id, and for one that nobody has."""

    ours: httpx2.Response
    nobodys: httpx2.Response


async def ask_for_ours(ground: Ground, place: Place) -> Asked:
    """Everything else that the request names is their own. No row of ours may change, whatever is answered."""
    meanings = [ground.meaning(place.operation, name) or name for name in place.names]
    ours = {each: ground.ids[OURS][each] for each in meanings}
    nobody = {each: value if each == "organisation" else nobodys(value) for each, value in ours.items()}
    theirs = ground.ids[THEIRS]
    sessions = ground.app.state.sessions
    for_nobody = await _call(ground, place, {**theirs, **nobody})
    before = await rows_of(sessions)
    for_ours = await _call(ground, place, {**theirs, **ours})
    after = await rows_of(sessions)
    assert after.ours == before.ours, f"{place}: a row of {OURS} was written: {for_ours.text}"
    if for_ours.status_code >= 400:
        assert after.every == before.every, f"{place}: something was written: {for_ours.text}"
    _tells_nothing(ground, place, for_ours, ours)
    said = (for_ours.status_code, _without(for_ours, ours))
    expected = (for_nobody.status_code, _without(for_nobody, nobody))
    if for_ours.status_code >= 400 or place.operation.method == "get":
        assert said == expected, f"{place}: {said} is not {expected}"
    assert said[0] == expected[0], f"{place}: {for_ours.text}"
    return Asked(for_ours, for_nobody)


async def _call(ground: Ground, place: Place, ids: Ids) -> httpx2.Response:
    query = place.names if place.where == "query" else ()
    about = place.names[0] if place.where == "body" else ""
    return await ground.call(THEIRS, place.operation, ids, *query, about=about)


def _without(answer: httpx2.Response, asked: Ids) -> str:
    told = answer.text
    for each in asked.values():
        told = told.replace(str(each), "*")
    return told


def _tells_nothing(ground: Ground, place: Place, answer: httpx2.Response, asked: Ids) -> None:
    """Nothing of ours but what the request said itself."""
    told = _without(answer, asked)
    secrets = [OURS, *(str(each) for each in ground.ids[OURS].values() if isinstance(each, str) and len(each) > 8)]
    leaked = [each for each in secrets if each in told]
    assert not leaked, f"{place}: it tells {leaked}: {answer.text}"

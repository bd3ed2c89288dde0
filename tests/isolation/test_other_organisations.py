"""What is another organisation's is not there: every id of every endpoint, asked for with every right."""

from collections.abc import Sequence

from tests.isolation.ground import OURS, THEIRS, Ground
from tests.isolation.operations import Operation
from tests.isolation.walk import Place, ask_for_ours, operations, places

NAMES_OF_ONES_OWN = {
    ("put", "/scenarios/{key}/draft", "key"),
    ("put", "/scenarios/{key}.yaml", "key"),
    ("put", "/profiles/{key}", "key"),
    ("put", "/templates/{key}/{language}", "key"),
    ("post", "/scenarios", "key"),
    ("post", "/scenarios/import", "key"),
    ("put", "/cases/{invoice_id}/receivable", "invoice_id"),
    ("put", "/heard-receivables/{invoice_id}", "invoice_id"),
    ("post", "/cases/{invoice_id}/decisions", "turn_id"),
    ("post", "/exclusions", "customer_id"),
    ("post", "/exclusions", "invoice_id"),
    ("post", "/payments", "payment_id"),
    *(("post", f"/{kind}", "key") for kind in ("messages", "letters", "tasks")),
}
"""Where a name of ours is as free for them as any: each organisation has names of its own.

Dunning and notify do not know which invoices and customers there are; what they are told of one is the
organisation's own.
"""
SAYS_WHAT_IS_HELD = {
    *(("get", f"/customers/{{customer_id}}/{what}", "customer_id") for what in ("export", "erasure")),
    ("get", "/templates/{key}/{language}/versions", "key"),
    ("delete", "/calendar-feeds/{owner}", "owner"),
    ("delete", "/overdue-lists/{owner}", "owner"),
    ("post", "/workflows/{invoice_id}/steer", "invoice_id"),
}
"""Where there is an answer for whatever id: of nobody's customer nothing is held, nobody's calendar or list ended."""
NOT_THERE_FOR_US = {("get", "/templates/{key}/{language}/default")}
"""A text that we wrote under a key of our own has no default."""


async def test_nothing_of_another_organisation_is_found_or_changed_by_its_id(ground: Ground) -> None:
    """Their own things under our names are made last: from then on they have something under them."""
    everything = await operations(ground)
    every = [place for operation in everything for place in places(ground, operation)]
    wrong = await shown_of_ours(ground, everything)
    for place in sorted(every, key=lambda place: named(place) in NAMES_OF_ONES_OWN):
        try:
            await look(ground, place)
        except AssertionError as error:
            wrong.append(str(error))
    wrong += await not_there_for_us(ground, everything)
    assert not wrong, "\n".join(wrong)
    assert len(every) > 15


async def shown_of_ours(ground: Ground, everything: Sequence[Operation]) -> list[str]:
    """Lists that show them what is ours, or that let them go on from a place in a list of ours."""
    wrong = []
    for operation in everything:
        if operation.method != "get" or operation.in_path:
            continue
        asked = [await ground.call(THEIRS, operation, ground.ids[THEIRS])]
        if "cursor" in operation.in_query:
            ours = (await ground.call(OURS, operation, ground.ids[OURS], limit=1)).json()
            if ours["next"]:
                asked.append(await ground.call(THEIRS, operation, ground.ids[THEIRS], cursor=ours["next"]))
        wrong += [f"{operation}: {each.text}" for each in asked if OURS in each.text]
    return wrong


async def not_there_for_us(ground: Ground, everything: Sequence[Operation]) -> list[str]:
    """Ids that name nothing even to their owners: that nothing is there for others would prove nothing."""
    wrong = []
    for operation in sorted(everything, key=lambda each: ORDER[each.method]):
        if operation.named in NOT_THERE_FOR_US or not any(p.where == "path" for p in places(ground, operation)):
            continue
        answer = await ground.call(OURS, operation, ground.ids[OURS])
        if not (answer.is_success or answer.status_code == 409):
            wrong.append(f"{operation}: {answer.text}")
    return wrong


ORDER = {"get": 0, "post": 1, "put": 2, "delete": 3}


async def look(ground: Ground, place: Place) -> None:
    if place.where == "body":
        has = [ground.has_in_body(place.operation, name) for name in place.names]
        assert all(has), f"{place}: expected a body with it in tests/isolation/{ground.name}.py"
    answer = (await ask_for_ours(ground, place)).ours
    if place.where == "path" and not is_answered(place):
        assert answer.status_code == 404, f"{place}: {answer.status_code} {answer.text}"
        assert answer.json()["type"] == "urn:relance:problem:not_found"


def named(place: Place) -> tuple[str, str, str]:
    return (*place.operation.named, place.names[0])


def is_answered(place: Place) -> bool:
    return named(place) in NAMES_OF_ONES_OWN | SAYS_WHAT_IS_HELD

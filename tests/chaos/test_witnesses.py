"""Who is asked, and in whose name."""

from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from nats.js import JetStreamContext

from deploy.local.stack import Stack
from tests.chaos.witnesses import Witnesses

ITEMS = {"demo": ["one", "two", "three"], "neighbour": ["four"]}


class Billing:
    """Shows each organisation two of its own invoices a page, and one by its id."""

    def __init__(self) -> None:
        self.read: list[str] = []

    async def get(self, url: str, *, params: dict[str, str], headers: dict[str, str], timeout: float) -> Any:
        own = ITEMS[headers["authorization"].removeprefix("Bearer ")]
        wanted = url.rpartition("/")[2]
        if wanted == "invoices":
            first = int(params.get("cursor", 0))
            following = str(first + 2) if first + 2 < len(own) else None
            return _answer(200, {"items": [{"id": each} for each in own[first : first + 2]], "next": following})
        self.read.append(wanted)
        return _answer(200 if wanted in own else 404, {"id": wanted, "lines": []})


def _answer(status: int, body: dict[str, Any]) -> httpx2.Response:
    return httpx2.Response(status, json=body, request=httpx2.Request("GET", "http://billing"))


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def witnesses(billing: Billing) -> Witnesses:
    stack = cast("Stack", SimpleNamespace(urls={"billing": "http://billing"}))
    tokens = {"demo": lambda: "demo", "neighbour": lambda: "neighbour"}
    return Witnesses(stack, cast("httpx2.AsyncClient", billing), cast("JetStreamContext", None), tokens)


async def test_each_organisation_is_asked_for_all_of_its_own(witnesses: Witnesses) -> None:
    listed = await witnesses._pages("billing", "/invoices")
    assert [(each["organisation"], each["id"]) for each in listed] == [
        (organisation, item) for organisation, items in ITEMS.items() for item in items
    ]


async def test_an_invoice_is_read_in_whole_in_the_name_of_its_organisation(
    witnesses: Witnesses, billing: Billing
) -> None:
    assert await witnesses._in_whole(["two", "four"]) == {each: {"id": each, "lines": []} for each in ("two", "four")}
    assert sorted(billing.read) == ["four", "two"]

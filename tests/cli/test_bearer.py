"""The token that the command line sends, where the work takes longer than a token lives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from cli.bearer import LIVES, RENEWED_AFTER_S, Bearer
from tests.cli.conftest import Relance
from tests.support.serving import served

EXPIRED = JSONResponse({"detail": "the token has expired"}, 401, media_type="application/problem+json")


@dataclass
class Forgetful:
    """Identity, and dunning with one accepted scenario, whose every token is good for so many requests."""

    good_for: int
    numbers: Any = field(default_factory=count)
    uses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = FastAPI()
        app.post("/tokens", status_code=201)(self.exchange)
        app.api_route("/{path:path}", methods=["GET", "PUT", "POST"])(self.answer)
        async with served(app) as url:
            yield url

    async def exchange(self) -> dict[str, str]:
        return {"access_token": f"token-{next(self.numbers)}", "expires_at": "2026-01-01T00:00:00Z"}

    async def answer(self, request: Request) -> Any:
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.connections.add(request.client)
        self.asked.append(f"{request.method} {request.url.path}")
        self.uses[token] = self.uses.get(token, 0) + 1
        if self.uses[token] > self.good_for:
            return EXPIRED
        return {"items": [], "next": None}


async def test_a_token_that_ran_out_is_followed_by_another_and_nothing_is_lost(relance: Relance) -> None:
    services = Forgetful(good_for=3)
    async with services.served() as url:
        where = {f"{name}_url": url for name in ("identity", "billing", "dunning", "notify")}
        ended = await relance.where(api_key="secret", **where)("reconcile")

    assert (ended.code, "Nothing differs." in ended.out) == (0, True), ended
    assert len(services.uses) > 1


async def test_a_token_that_is_refused_twice_is_said(relance: Relance) -> None:
    services = Forgetful(good_for=0)
    async with services.served() as url:
        ended = await relance.where(api_key="secret", identity_url=url, dunning_url=url)("scenario", "show", "standard")

    assert (ended.code, ended.err) == (4, "relance: dunning refused: the token has expired\n")
    assert services.asked == ["GET /scenarios/standard.yaml"] * 2


async def test_a_token_that_was_given_is_sent_once(relance: Relance) -> None:
    services = Forgetful(good_for=0)
    async with services.served() as url:
        ended = await relance.where(token="given", dunning_url=url)("scenario", "show", "standard")

    assert (ended.code, services.uses) == (4, {"given": 1})


async def test_a_command_keeps_its_connection(relance: Relance) -> None:
    services = Forgetful(good_for=1000)
    async with services.served() as url:
        await relance.where(token="given", billing_url=url, dunning_url=url, notify_url=url)("reconcile")

    assert len(services.asked) > 5
    assert len(services.connections) == 1


def test_a_token_is_made_anew_before_it_expires() -> None:
    made, now = count(1), [0.0]
    bearer = Bearer(lambda: f"token-{next(made)}", clock=lambda: now[0])
    given = Bearer(lambda: "given", is_given=True, clock=lambda: now[0])

    sent = []
    for now[0] in (0.0, 200.0, RENEWED_AFTER_S + 1, RENEWED_AFTER_S + 2):
        sent.append((bearer.header["authorization"], given.header["authorization"]))

    assert [own for own, _ in sent] == ["Bearer token-1"] * 2 + ["Bearer token-2"] * 2
    assert {other for _, other in sent} == {"Bearer given"}
    assert timedelta(seconds=RENEWED_AFTER_S) < LIVES

"""Calls of the console to a service: what is written into an address, and what becomes of a service that fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from chassis.http import PeerBusy, PeerRefused, PeerUnavailable
from chassis.problems import problem
from services.console.peers import client as clients
from services.console.peers.client import Client
from services.console.peers.wire import a_wire, address
from tests.support.serving import served

Answers = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def a_service() -> FastAPI:
    app = FastAPI()

    @app.get("/refuses/{status}")
    async def refuses(status: int) -> Response:
        return problem(status, "no_such_thing", "There is none.")

    @app.get("/breaks-off")
    async def breaks_off() -> Response:
        return StreamingResponse(iter([b"x"]), headers={"content-length": "10"})

    @app.get("/elsewhere")
    async def elsewhere() -> Response:
        return Response(status_code=307, headers={"location": "/x"})

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def echo(request: Request) -> Response:
        told = f"{request.scope['raw_path'].decode()}?{request.scope['query_string'].decode()}"
        return Response(
            told.encode() + await request.body(), headers={"X-Token": request.headers.get("authorization", "")}
        )

    return app


@asynccontextmanager
async def a_client(base: str = "", token: str = "") -> AsyncIterator[Client]:
    async with a_wire() as wire:
        if base:
            yield Client("billing", wire, base, token)
            return
        async with served(a_service()) as url:
            yield Client("billing", wire, url, token)


@asynccontextmanager
async def a_listener(answers: Answers) -> AsyncIterator[str]:
    """Answers each connection, and has closed all of them when it ends."""
    ended: list[asyncio.Future[None]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = asyncio.get_running_loop().create_future()
        ended.append(end)
        await answers(reader, writer)
        writer.close()
        await writer.wait_closed()
        end.set_result(None)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with asyncio.timeout(5):
            await asyncio.gather(*ended)


@pytest.mark.parametrize(
    ("path", "query", "becomes"),
    [
        ("/invoices", {}, "/invoices"),
        ("/invoices", {"q": ["a b", "é&"]}, "/invoices?q=a+b&q=%C3%A9%26"),
        ("/profiles/été fini", {}, "/profiles/%C3%A9t%C3%A9%20fini"),
        ("/profiles/a?b#c", {}, "/profiles/a%3Fb%23c"),
        ("/profiles/a%2Fb", {}, "/profiles/a%2Fb"),
        ("/profiles/a\r\nhost: elsewhere", {}, "/profiles/a%0D%0Ahost:%20elsewhere"),
    ],
)
def test_nothing_leaves_its_place_in_an_address(path: str, query: dict[str, list[str]], becomes: str) -> None:
    assert address("http://billing", path, query) == f"http://billing{becomes}"


async def test_a_service_is_told_what_was_written() -> None:
    async with a_client() as client:
        assert await client.send("POST", "/a b", q=["1", "2"]) == b"/a%20b?q=1&q=2{}"
        assert client.account.calls == 1


async def test_a_document_comes_with_its_headers_and_with_the_readers_token() -> None:
    async with a_client(token="secret") as client, client.stream("/x") as document:
        assert document.headers["x-token"] == "Bearer secret"
        assert b"".join([piece async for piece in document.pieces]) == b"/x?"


async def test_no_header_takes_another_with_it() -> None:
    async with a_client() as client:
        with pytest.raises(PeerUnavailable):
            await client.telling({"user-agent": "a\r\nauthorization: Bearer mine"}).send("GET", "/x")


async def test_a_service_answers_by_itself() -> None:
    async with a_client() as client:
        assert await client.send("GET", "/elsewhere") == b""


@pytest.mark.parametrize(("status", "error"), [(404, PeerRefused), (429, PeerBusy), (503, PeerUnavailable)])
async def test_a_problem_says_whose_it_is(status: int, error: type[Exception]) -> None:
    async with a_client() as client:
        with pytest.raises(error, match="There is none"):
            await client.send("GET", f"/refuses/{status}")
        with pytest.raises(error, match="There is none"):
            async with client.stream(f"/refuses/{status}"):
                pass


async def test_a_document_that_breaks_off_is_none() -> None:
    async with a_client() as client:
        with pytest.raises(PeerUnavailable):
            async with client.stream("/breaks-off") as document:
                assert [piece async for piece in document.pieces]


async def test_a_service_that_is_away_is_unavailable() -> None:
    async with a_client("http://127.0.0.1:1") as client:
        with pytest.raises(PeerUnavailable, match="billing: GET /x"):
            await client.send("GET", "/x")


async def test_one_that_speaks_no_http_is_unavailable() -> None:
    async def mumbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail ready\r\n")

    async with a_listener(mumbles) as url, a_client(url) as client:
        with pytest.raises(PeerUnavailable):
            await client.send("GET", "/x")


async def test_one_that_closed_its_connection_meanwhile_is_asked_on_another() -> None:
    async def answers_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere")
        await writer.drain()

    async with a_listener(answers_once) as url, a_client(url) as client:
        assert [await client.send("GET", "/x") for _ in range(3)] == [b"here"] * 3


async def test_one_that_says_nothing_is_not_waited_for_any_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PATIENCE", 0.2)

    async def is_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with a_listener(is_silent) as url, a_client(url) as client, asyncio.timeout(5):
        with pytest.raises(PeerUnavailable, match="Timeout"):
            await client.send("GET", "/x")

"""Calls to another service: a document is read no further than its reader can hold."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from chassis.clock import real_now
from chassis.http import Peer, PeerRefused, PeerUnavailable
from chassis.mint import TOKEN_LIVES
from tests.support.tokens import Keys


class Pieces(httpx2.AsyncByteStream):
    """A body of many pieces; `read` counts those that were asked for."""

    def __init__(self, pieces: int, breaks_at: int | None = None) -> None:
        self.pieces, self.breaks_at, self.read = pieces, breaks_at, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            if self.read == self.breaks_at:
                raise httpx2.RemoteProtocolError("peer closed connection")
            self.read += 1
            yield b"x" * 10


def a_peer(keys: Keys, response: httpx2.Response) -> Peer:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: response))
    return Peer(client, "http://billing.test", keys.mint(), "tests")


async def test_a_document_that_fits_is_read_whole(keys: Keys) -> None:
    peer = a_peer(keys, httpx2.Response(200, stream=Pieces(5)))
    assert await peer.get_at_most(50, "/export", organisation="demo") == b"x" * 50


async def test_one_that_is_larger_is_not_read_on(keys: Keys) -> None:
    pieces = Pieces(1000)
    peer = a_peer(keys, httpx2.Response(200, stream=pieces))

    assert await peer.get_at_most(50, "/export", organisation="demo") is None
    assert pieces.read == 6


async def test_one_that_breaks_off_is_no_document(keys: Keys) -> None:
    peer = a_peer(keys, httpx2.Response(200, stream=Pieces(5, breaks_at=3)))
    with pytest.raises(PeerUnavailable):
        await peer.get_at_most(50, "/export", organisation="demo")


async def test_a_refusal_says_its_code(keys: Keys) -> None:
    peer = a_peer(keys, httpx2.Response(404, json={"type": "urn:relance:problem:not_found", "detail": "No."}))
    with pytest.raises(PeerRefused, match="404 not_found: No"):
        await peer.get_at_most(50, "/export", organisation="demo")


def test_a_token_is_used_again_until_half_of_its_life_is_over(keys: Keys) -> None:
    at = real_now()
    mint = replace(keys.mint(), clock=lambda: at)
    first = mint.service_token("workflows", "demo")

    at += TOKEN_LIVES / 2 - timedelta(seconds=1)
    assert mint.service_token("workflows", "demo") == first
    assert mint.service_token("workflows", "other") != first
    at += timedelta(seconds=1)
    second = mint.service_token("workflows", "demo")
    assert second != first
    at -= timedelta(hours=1)  # the machine's clock was set back: a token of later would be refused
    assert mint.service_token("workflows", "demo") not in (first, second)

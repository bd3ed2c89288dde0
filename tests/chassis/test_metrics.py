"""What processes tell Prometheus."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from chassis import metrics
from chassis.figures import Board, Figure
from chassis.metrics import Measured

OPEN_METRICS = {"accept": "application/openmetrics-text; version=1.0.0"}


@asynccontextmanager
async def a_shop() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI(openapi_url=None, telemetry={"auto_configure": False})
    app.add_middleware(Measured)
    app.include_router(metrics.router)

    @app.get("/measured/{what}")
    async def show(what: str) -> dict[str, str]:
        if what == "broken":
            raise RuntimeError(what)
        return {"what": what}

    @app.get("/told")
    async def tell() -> StreamingResponse:
        return StreamingResponse(_words(), media_type="text/event-stream")

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


async def _words() -> AsyncIterator[str]:
    yield "data: something\n\n"


async def counted(client: httpx2.AsyncClient) -> dict[tuple[str, str, str], float]:
    text = (await client.get("/metrics")).text
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "relance_http_requests_total"
    }


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"])
async def test_nobody_reads_the_figures_through_a_proxy(header: str) -> None:
    async with a_shop() as client:
        assert (await client.get("/metrics")).status_code == 200
        refused = await client.get("/metrics", headers={header: "203.0.113.9"})
    assert (refused.status_code, refused.content) == (404, b"")


async def test_requests_are_counted_by_the_route_that_took_them_not_by_their_path() -> None:
    async with a_shop() as client:
        before = await counted(client)
        for path in ("/measured/a", "/measured/b", "/measured/broken", "/elsewhere/c"):
            await client.get(path)
        after = await counted(client)

    more = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert more == {
        ("GET", "/measured/{what}", "200"): 2,
        ("GET", "/measured/{what}", "500"): 1,
        ("GET", "none", "404"): 1,
    }


async def test_a_stream_is_counted_and_the_time_that_its_page_was_open_is_no_duration() -> None:
    async with a_shop() as client:
        before = (await counted(client)).get(("GET", "/told", "200"), 0)
        told = await client.get("/told")
        text = (await client.get("/metrics")).text
        after = (await counted(client))[("GET", "/told", "200")]

    assert (told.text, after - before) == ("data: something\n\n", 1)
    assert not re.search(r'^relance_http_request_seconds\w*\{.*route="/told"', text, re.MULTILINE)


async def test_a_scraper_that_asks_for_open_metrics_gets_them_with_the_trace_of_a_request() -> None:
    async with a_shop() as client:
        with TracerProvider().get_tracer("test").start_as_current_span("asked") as span:
            await client.get("/measured/a")
        answer = await client.get("/metrics", headers=OPEN_METRICS)

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
    trace = f"{span.get_span_context().trace_id:032x}"
    bucket = rf'^relance_http_request_seconds_bucket\{{.*"/measured/\{{what\}}"\}} .* # \{{trace_id="{trace}"\}}'
    assert re.search(bucket, answer.text, re.MULTILINE)


async def test_a_figure_that_cannot_be_read_is_left_out_and_the_others_stay() -> None:
    waiting: list[Exception | float] = [3.0, OSError("away"), 4.0]

    async def fails() -> list[Figure]:
        match waiting.pop(0):
            case Exception() as error:
                raise error
            case value:
                return [Figure("relance_a", "One that is read from a server", {("x",): value}, ("name",))]

    async def works() -> list[Figure]:
        await asyncio.sleep(0)
        return [Figure("relance_b", "One that is always there", {(): 1.0})]

    board, told = Board({"a": fails, "b": works}), []
    registry = CollectorRegistry()
    registry.register(board)
    for _ in range(3):
        await board.refresh()
        lines = generate_latest(registry).decode().splitlines()
        told.append([line for line in lines if not line.startswith("#")])

    assert told == [
        ['relance_a{name="x"} 3.0', "relance_b 1.0"],
        ["relance_b 1.0"],
        ["relance_b 1.0", 'relance_a{name="x"} 4.0'],
    ]

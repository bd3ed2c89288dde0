"""Takes the traces of a stack, as an OpenTelemetry collector does, and keeps their bytes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response

from tests.support.serving import served


@dataclass
class Collector:
    url: str
    received: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def a_collector() -> AsyncIterator[Collector]:
    app = FastAPI()
    received: list[bytes] = []

    @app.post("/v1/traces")
    async def take(request: Request) -> Response:
        received.append(await request.body())
        return Response(media_type="application/x-protobuf")

    async with served(app) as url:
        yield Collector(url, received)

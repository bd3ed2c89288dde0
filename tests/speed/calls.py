"""Which calls to services a page makes: asked of a console of our own, in this process, before the same services."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from fastapi import FastAPI

from deploy.local.stack import Stack
from services.console.main import create_app
from services.console.peers.wire import Answer, Wire
from services.console.settings import Settings

SENT = ("authorization", "content-type", "idempotency-key")


@dataclass(frozen=True)
class Call:
    """With the reader's own token, and what the page sent."""

    method: str
    base: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Recorder:
    app: FastAPI
    url: str
    calls: list[Call] = field(default_factory=list)

    async def of(self, path: str, session: str) -> list[Call]:
        """Of one page, once the console knows the session."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=self.url, headers={"cookie": session}) as client:
            await client.get("/healthz")
            for _ in range(2):
                self.calls.clear()
                answer = await client.get(path)
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return list(self.calls)


@dataclass(frozen=True)
class Heard(Wire):
    """A wire of which each call is noted."""

    calls: list[Call]

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, *, timeout: float
    ) -> Answer:
        parts = urlsplit(url)
        path = url.removeprefix(f"{parts.scheme}://{parts.netloc}")
        told = {name: headers[name] for name in SENT if name in headers}
        self.calls.append(Call(method, f"{parts.scheme}://{parts.netloc}", path, told, content or b""))
        return await super().ask(method, url, headers, content, timeout=timeout)


@asynccontextmanager
async def a_recorder(stack: Stack) -> AsyncIterator[Recorder]:
    told = {name.removeprefix("RELANCE_").lower(): value for name, value in stack.shared.items()}
    app = create_app(Settings(**{name: told[name] for name in Settings.model_fields if name in told}))  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        recorder = Recorder(app, stack.urls["console"])
        app.state.wire = Heard(app.state.wire.session, recorder.calls)
        yield recorder

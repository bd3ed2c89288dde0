"""An identity provider as a program of its own: oidc-provider-mock, with the people that a test names."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from chassis.clients import http_client
from deploy.local.ports import free_port

CARLA: dict[str, Any] = {
    "sub": "carla",
    "email": "Carla@Atelier-Brun.example",
    "email_verified": True,
    "name": "Carla Neri",
    "locale": "en-GB",
    "groups": ["everyone", "dunning"],
}


@dataclass(frozen=True)
class RealProvider:
    issuer: str

    async def brought_back(self, url: str, subject: str) -> dict[str, str]:
        """What the browser of this person brings back to the page that the sign-in named."""
        async with http_client(timeout=10) as browser:
            answer = await browser.post(url, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def says(self, subject: str, **claims: Any) -> None:
        """From now on, of this person."""
        async with http_client(timeout=10) as client:
            answer = await client.put(f"{self.issuer}/users/{subject}", json=claims)
        assert answer.status_code == 204, answer.text


@asynccontextmanager
async def a_real_provider(*people: dict[str, Any]) -> AsyncIterator[RealProvider]:
    issuer = f"http://localhost:{(port := free_port())}"
    known = [part for each in people for part in ("--user-claims", json.dumps(each))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "oidc_provider_mock", "--host", "localhost", "--port", str(port), *known,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _answers(issuer)
        yield RealProvider(issuer)
    finally:
        process.terminate()
        await process.wait()


async def _answers(issuer: str) -> None:
    async with asyncio.timeout(30), http_client() as client:
        while True:
            try:
                answer = await client.get(f"{issuer}/.well-known/openid-configuration")
                assert answer.json()["issuer"] == issuer
                return
            except httpx2.TransportError:
                await asyncio.sleep(0.1)

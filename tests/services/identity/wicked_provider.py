"""An identity provider that can be made to lie: what its tokens say, who signs them, how long it takes."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from jwt.algorithms import ECAlgorithm
from starlette.responses import JSONResponse, Response

from chassis.clock import real_now
from deploy.local.ports import free_port
from tests.support.serving import served

CLIENT, SECRET = "relance", "the client's secret"
PERSON: dict[str, Any] = {"sub": "42", "email": "dora@atelier-brun.example", "email_verified": True, "name": "Dora"}


@dataclass
class WickedProvider:
    """`lies` replace what its tokens say; a lie that is None leaves a claim out."""

    issuer: str
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    signs_by: str = "first"
    person: dict[str, Any] = field(default_factory=lambda: dict(PERSON))
    lies: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    further: dict[str, Any] | None = None
    token: str | None = None
    """Given out instead of one of its own."""
    takes: float = 0.0
    is_down: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    reads_of_keys: int = 0

    def rotates(self, kid: str) -> None:
        self.keys = {kid: ec.generate_private_key(ec.SECP256R1())}
        self.signs_by = kid

    def grants(self, url: str) -> str:
        """The code for whoever was sent to this address."""
        self.asked = dict(parse_qsl(urlsplit(url).query))
        return "code-of-dora"

    def app(self) -> FastAPI:
        app = FastAPI(telemetry={"auto_configure": False})
        app.get("/.well-known/openid-configuration")(self.discover)
        app.get("/jwks")(self.publish)
        app.post("/token")(self.redeem)
        app.get("/userinfo")(self.tell)
        return app

    async def discover(self) -> Response:
        await asyncio.sleep(self.takes)
        own = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize?tenant=a",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
        }  # fmt: skip
        further = {"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.further is not None else {}
        return JSONResponse(own | further | self.metadata)

    async def publish(self) -> Response:
        self.reads_of_keys += 1
        public = {kid: ECAlgorithm.to_jwk(key.public_key(), as_dict=True) for kid, key in self.keys.items()}
        of_another_use = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}
        return JSONResponse({"keys": [of_another_use, *(key | {"kid": kid} for kid, key in public.items())]})

    async def redeem(self, request: Request) -> Response:
        if self.is_down:
            return Response(status_code=503)
        form = {name: str(value) for name, value in (await request.form()).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        basic = base64.b64encode(b"relance:the+client%27s+secret").decode()
        fits = (form["code"], form["redirect_uri"]) == ("code-of-dora", self.asked["redirect_uri"])
        if not fits or challenge.rstrip("=") != self.asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"id_token": self.token or self.signed(), "access_token": "a", "token_type": "Bearer"})

    async def tell(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a"
        return JSONResponse(self.further)

    def signed(self, key: Any = None, algorithm: str = "ES256") -> str:
        now = real_now().timestamp()
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.asked["nonce"]}
        claims = {name: value for name, value in (own | self.person | self.lies).items() if value is not None}
        return jwt.encode(claims, key or self.keys[self.signs_by], algorithm, headers={"kid": self.signs_by})


@asynccontextmanager
async def a_wicked_provider() -> AsyncIterator[WickedProvider]:
    port = free_port()
    provider = WickedProvider(f"http://127.0.0.1:{port}")
    provider.rotates("first")
    async with served(provider.app(), port):
        yield provider

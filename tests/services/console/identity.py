"""A stand-in for identity, with the answers that its API promises: sessions by password, tokens for sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import jwt
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from chassis.auth import Role
from chassis.caller import with_default_profiles
from chassis.clock import real_now
from contracts.rights import Field, Right
from tests.support.tokens import Keys

PASSWORD = "correct horse battery staple"


@dataclass
class StandInIdentity:
    """`sessions`: secret -> e-mail. The part of an address before the @ is the profile: collector@demo.example.

    `withheld`: rights that no profile gives; `hidden`: fields that every profile hides.
    """

    keys: Keys
    organisation: str = "demo"
    sessions: dict[str, str] = field(default_factory=dict)
    preferences: dict[str, dict[str, str]] = field(default_factory=dict)
    is_locked: bool = False
    withheld: frozenset[Right] = frozenset()
    hidden: frozenset[Field] = frozenset()
    numbers: "count[int]" = field(default_factory=count)
    views: dict[str, dict[str, str]] = field(default_factory=dict)

    def end_all(self) -> None:
        self.sessions.clear()

    def app(self) -> FastAPI:
        app = FastAPI(telemetry={"auto_configure": False})
        app.post("/sessions")(self.sign_in)
        app.post("/tokens")(self.exchange)
        app.delete("/sessions/current")(self.sign_out)
        app.put("/me")(self.prefer)
        app.get("/views")(self.list_views)
        app.post("/views")(self.save_view)
        app.put("/views/{view_id}")(self.change_view)
        app.delete("/views/{view_id}")(self.drop_view)
        return app

    async def sign_in(self, request: Request) -> Response:
        given = await request.json()
        if self.is_locked:
            return _problem(429, "locked")
        if given["password"] != PASSWORD:
            return _problem(401, "wrong_credentials")
        secret = f"secret-of-session-number-{next(self.numbers)}"
        self.sessions[secret] = given["email"]
        chosen = {"language": "en", "theme": "system"} | self.preferences.get(given["email"], {})
        user = self._user(given["email"]) | chosen
        expires = (real_now() + timedelta(hours=8)).isoformat()
        return JSONResponse({"secret": secret, "expires_at": expires, "user": user}, 201)

    async def exchange(self, request: Request) -> Response:
        email = self.sessions.get(_bearer(request.headers))
        if email is None:
            return _problem(401, "unauthorised")
        caller = with_default_profiles(email, email.partition("@")[2].partition(".")[0], [_role(email)])
        told = replace(
            caller,
            subject=str(id_of(email)),
            rights=caller.rights - self.withheld,
            fields={name: access for name, access in caller.fields.items() if name not in self.hidden},
            session=_bearer(request.headers),
            email=email,
        )
        token = self.keys.mint().sign(told)
        return JSONResponse({"access_token": token, "expires_at": (real_now() + timedelta(minutes=5)).isoformat()})

    async def sign_out(self, request: Request) -> Response:
        claims = jwt.decode(_bearer(request.headers), options={"verify_signature": False})
        self.sessions.pop(claims["sid"], None)
        return Response(status_code=204)

    async def prefer(self, request: Request) -> Response:
        self.preferences["last"] = await request.json()
        return JSONResponse({})

    async def list_views(self, request: Request) -> Response:
        owner, page = _subject(request), request.query_params["page"]
        mine = [view for view in self.views.values() if (view["owner"], view["page"]) == (owner, page)]
        return JSONResponse({"items": sorted(mine, key=lambda view: view["name"]), "next": None})

    async def save_view(self, request: Request) -> Response:
        given = await request.json()
        if any(view["owner"] == _subject(request) and view["name"] == given["name"] for view in self.views.values()):
            return _problem(409, "view_name_taken")
        view = given | {"id": str(uuid4()), "owner": _subject(request)}
        self.views[view["id"]] = view
        return JSONResponse(view, 201)

    async def change_view(self, view_id: str, request: Request) -> Response:
        if self.views.get(view_id, {}).get("owner") != _subject(request):
            return _problem(404, "not_found")
        self.views[view_id] |= await request.json()
        return JSONResponse(self.views[view_id])

    async def drop_view(self, view_id: str, request: Request) -> Response:
        if self.views.get(view_id, {}).get("owner") != _subject(request):
            return _problem(404, "not_found")
        del self.views[view_id]
        return Response(status_code=204)

    def _user(self, email: str) -> dict[str, Any]:
        name, _, organisation = email.partition("@")
        return {
            "id": str(id_of(email)),
            "name": name,
            "email": email,
            "organisation": organisation.partition(".")[0],
            "profile": name,
        }


def id_of(email: str) -> UUID:
    """The user with this address; as with the real identity, nobody is known by it on a page."""
    return uuid5(NAMESPACE_URL, email)


def _role(email: str) -> Role:
    return Role(email.partition("@")[0])


def _bearer(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").removeprefix("Bearer ")


def _subject(request: Request) -> str:
    claims = jwt.decode(_bearer(request.headers), options={"verify_signature": False})
    return str(claims["sub"])


def _problem(status: int, code: str) -> Response:
    return JSONResponse({"type": f"urn:relance:problem:{code}", "status": status, "detail": code}, status)

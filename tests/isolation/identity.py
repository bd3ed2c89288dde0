"""Identity, with a person who is signed in, a key, a profile, a view and an entry of the audit of each organisation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

from chassis.auth import Role
from chassis.caller import with_default_profiles
from contracts.events import AuditRecorded
from services.identity.audit import use_cases as audit
from tests.isolation.ground import Ground
from tests.services.identity.registry import PASSWORD, Registry, a_registry
from tests.support.tokens import Keys

PROFILE = {"names": {"fr": "Renfort", "en": "Extra"}, "rights": ["customers.read"]}

BODIES: dict[tuple[str, str], Any] = {
    ("post", "/tokens"): lambda ids: {},
    ("post", "/sessions"): lambda ids: {"email": "nobody@example.com", "password": "x"},
    ("post", "/users"): lambda ids: _person(uuid4().hex, ids["profile"]),
    ("put", "/users/{user_id}"): lambda ids: _person(uuid4().hex, ids["profile"]),
    ("put", "/me"): lambda ids: {"name": "Anne", "language": "fr", "theme": "dark"},
    ("put", "/me/password"): lambda ids: {"current": "wrong", "password": "a new and long one"},
    ("put", "/profiles/{key}"): lambda ids: PROFILE,
    ("post", "/api-keys"): lambda ids: {"name": "Bank", "profile": ids["profile"]},
    ("put", "/organisation"): lambda ids: {
        "name": "We", "rules": [{"claim": "groups", "value": "x", "profile": ids["profile"]}],
    },
    ("post", "/audit/refusals"): lambda ids: {"right": "users.write", "path": "/people", "action": "people"},
    ("post", "/views"): lambda ids: {"page": "receivables", "name": uuid4().hex, "query": ""},
    ("put", "/views/{view_id}"): lambda ids: {"name": uuid4().hex, "query": ""},
}  # fmt: skip


def _person(name: str, profile: str) -> dict[str, str]:
    return {"email": f"{name}@example.com", "name": name, "profile": profile}


@asynccontextmanager
async def identity(dsn: str, keys: Keys, nats_url: str, **settings: Any) -> AsyncIterator[tuple[Ground, Registry]]:
    async with a_registry(dsn, keys, nats_url=nats_url, **settings) as registry:
        fixed = {"page": "receivables"}
        yield Ground("identity", registry.app, registry.client, keys, BODIES, fixed), registry


async def plant(ground: Ground, registry: Registry, organisation: str) -> None:
    """The caller is a real person, who is signed in twice."""
    email = f"anne@{organisation}.example"
    await registry.admin(organisation, email)
    await registry.sign_in(email, PASSWORD)
    me = (await registry.try_to_sign_in(email, PASSWORD)).json()["user"]
    ground.callers[organisation] = replace(with_default_profiles(me["id"], organisation, [Role.ADMIN]), email=email)
    profile = f"profile-of-{organisation}"
    await ground.do(organisation, "PUT", f"/profiles/{profile}", PROFILE)
    user = await ground.do(organisation, "POST", "/users", _person(f"bob-of-{organisation}", "viewer"))
    key = await ground.do(organisation, "POST", "/api-keys", {"name": f"Bank of {organisation}", "profile": "service"})
    view = {"page": "receivables", "name": f"View of {organisation}", "query": "late=true"}
    sessions = (await ground.do(organisation, "GET", "/sessions"))["items"]
    customer, actor = str(uuid4()), f"actor-of-{organisation}"
    await _noted(registry, organisation, customer, actor)
    ground.ids[organisation] = {
        "user_id": user["id"], "key_id": key["key"]["id"], "profiles.key": profile, "profile": profile,
        "view_id": (await ground.do(organisation, "POST", "/views", view))["id"],
        "session_id": sessions[0]["id"], "customer_id": customer, "actor": actor, "object": f"customers/{customer}",
    }  # fmt: skip


async def _noted(registry: Registry, organisation: str, customer: str, actor: str) -> None:
    facts = {"entry_id": str(uuid4()), "organisation": organisation, "actor": actor, "object": f"customers/{customer}"}
    entry = AuditRecorded.model_validate(AuditRecorded.example | facts)
    async with registry.sessions() as session, session.begin():
        await audit.keep(entry, session)

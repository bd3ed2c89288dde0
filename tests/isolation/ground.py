"""A service on a real database with rows of two organisations, and how a test asks it in the name of either."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from sqlalchemy import text

from chassis.auth import Role
from chassis.caller import Caller, with_default_profiles
from chassis.database import Sessions
from contracts.rights import Right
from tests.isolation.operations import Operation
from tests.support.tokens import Keys

OURS, THEIRS = "alphaville", "betaville"
"""The organisation whose rows are looked for, and the one that looks for them."""
Ids = Mapping[str, Any]
"""Name of a parameter or of a field -> what identifies a row; `letters.key` where a name has several meanings."""
Body = Callable[[Ids], Any]

MECHANICS = frozenset({"outbox", "inbox", "idempotency_keys", "alembic_version"})
LAST_USED = frozenset({"sessions"})
"""Tables in which it is noted when someone was there last."""


@dataclass
class Ground:
    """`fixed`: values of ordinary names that a path needs. `bodies`: what each operation takes, or several where it
    takes one of several things. `told`: fields that are kept or printed as they came, and looked up nowhere; they are
    given together. `ordinary`: names, or `METHOD /path name`, that identify nothing in this service."""

    name: str
    app: FastAPI
    client: httpx2.AsyncClient
    keys: Keys
    bodies: Mapping[tuple[str, str], Body | tuple[Body, ...]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    ordinary: frozenset[str] = frozenset()
    ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)

    def bearer(self, organisation: str) -> dict[str, str]:
        """Of someone with every right there is, in this organisation."""
        known = with_default_profiles(f"admin-of-{organisation}", organisation, [Role.ADMIN])
        known = replace(known, email=f"admin@{organisation}.example")
        caller = replace(self.callers.get(organisation, known), rights=frozenset(Right))
        return {"authorization": f"Bearer {self.keys.mint().sign(caller)}"}

    async def ask(self, organisation: str, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        headers = self.bearer(organisation) | more.pop("headers", {})
        return await self.client.request(method, path, json=body, headers=headers, **more)

    async def do(self, organisation: str, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(organisation, method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def meaning(self, operation: Operation, name: str) -> str | None:
        """Under what the ids know this name here; None where it identifies nothing."""
        if {name, f"{operation} {name}"} & self.ordinary:
            return None
        particular = f"{operation.path.split('/')[1].partition('.')[0]}.{name}"
        return next((each for each in (particular, name) if each in self.ids[OURS]), None)

    async def call(
        self, organisation: str, operation: Operation, ids: Ids, *query: str, about: str = "", **more: Any
    ) -> httpx2.Response:
        """With these ids wherever the operation may name something; of a query, where `query` or need says so.

        `about`: the name that the body must have, where an operation takes one of several. `more`: of the query.
        """
        named = {*operation.in_path, *operation.in_query, *operation.needed}
        known = {name: ids.get(self.meaning(operation, name) or "", self.fixed.get(name)) for name in named}
        path = operation.path
        for name in operation.in_path:
            path = path.replace(f"{{{name}}}", str(known[name]))
        wanted = {*query, *operation.needed}
        body = self.body(operation, ids, about)
        return await self.ask(
            organisation, operation.method, path, body, params={name: str(known[name]) for name in wanted} | more
        )

    def body(self, operation: Operation, ids: Ids, about: str = "") -> Any:
        """One that has this name in it, if there is such a one; else the first, else an empty one."""
        made = self.bodies.get(operation.named)
        if made is None:
            return {} if operation.in_body else None
        several = made if isinstance(made, tuple) else (made,)
        for make in several:
            understood = Understood(self, operation, ids)
            body = make(understood)
            if about in understood.used:
                return body
        return several[0](Understood(self, operation, ids))

    def has_in_body(self, operation: Operation, name: str) -> bool:
        """Whether one of the bodies that the tests send has this name in it."""
        made = self.bodies.get(operation.named, ())
        for make in made if isinstance(made, tuple) else (made,):
            understood = Understood(self, operation, self.ids[OURS])
            make(understood)
            if name in understood.used:
                return True
        return False


@dataclass
class Understood(Mapping[str, Any]):
    """The ids as the fields of one operation mean them; `used` remembers which were asked for."""

    ground: Ground
    operation: Operation
    ids: Ids
    used: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Any:
        self.used.add(name)
        return self.ids[self.ground.meaning(self.operation, name) or name]

    def __iter__(self) -> Any:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


def nobodys(value: Any) -> Any:
    """What is like this id and identifies nothing."""
    if isinstance(value, int):
        return value + 1_000_000
    try:
        UUID(value)
    except ValueError:
        return f"nobody-{uuid4().hex[:8]}"
    return str(uuid4())


@dataclass(frozen=True)
class Rows:
    """(table, digest) of all rows of a database; `ours` of those that name our organisation."""

    ours: list[tuple[str, str]]
    every: list[tuple[str, str]]


async def rows_of(sessions: Sessions, without: Collection[str] = ()) -> Rows:
    async with sessions() as session:
        connection = await session.connection()
        tables = [each for each in (await connection.execute(text(TABLES))).all() if each[0] not in without]
        each = " union all ".join(
            f"select '{table}' as name, md5(t::text) as digest, "  # noqa: S608
            f"{'t.organisation = :ours' if has_organisation else 'false'} as is_ours from {table} t"
            for table, has_organisation in tables
        )
        found = (await connection.execute(text(f"{each} order by name, digest"), {"ours": OURS})).all()
    every = [(name, digest) for name, digest, _ in found]
    return Rows([(name, digest) for name, digest, is_ours in found if is_ours and name not in MECHANICS], every)


TABLES = """
    select t.table_name, exists(
        select from information_schema.columns c
        where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'organisation'
    )
    from information_schema.tables t where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
"""

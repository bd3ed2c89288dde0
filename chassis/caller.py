"""Who calls, as the claims of an access token say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic import Field as Claim

from contracts.profiles import DEFAULT_PROFILES, Role, access_in
from contracts.rights import Access, Field, Right

ORDER = list(Access)
RIGHTS = frozenset(Right)
FIELDS = frozenset(Field)


@dataclass(frozen=True)
class Author:
    """Who did what a row tells. Rows keep both: the id, and beside it the name that people read.

    `name` is None where no person did it, and on rows that are older than their column of names.
    """

    id: str
    name: str | None = None


@dataclass(frozen=True)
class Caller:
    """The bearer of a valid token; every query takes its organisation.

    `address` is where the request came from and `session` what it belongs to, as far as the issuer knows.
    `email` is where a person reads; a service has none.
    """

    subject: str
    organisation: str
    name: str
    profile: str
    rights: frozenset[Right]
    fields: Mapping[Field, Access] = field(default_factory=dict)
    stages: Mapping[str, Access] = field(default_factory=dict)
    address: str | None = None
    session: str | None = None
    email: str | None = None

    @property
    def author(self) -> Author:
        return Author(self.subject, self.name)

    def access(self, to: Field) -> Access:
        return self.fields.get(to, Access.HIDDEN)

    def access_in(self, stage: str) -> Access:
        """To what stands in this stage of a pipeline."""
        return access_in(self.stages, stage)


class Claims(BaseModel):
    """What a token says beside its times. Rights of a newer issuer that this service does not know are left out."""

    sub: str
    org: str
    name: str = ""
    profile: str
    rights: list[str]
    fields: dict[str, Access] = {}
    stages: dict[str, Access] = {}
    address: str | None = Claim(default=None, alias="from")
    sid: str | None = None
    email: str | None = None

    def caller(self) -> Caller:
        return Caller(
            subject=self.sub,
            organisation=self.org,
            name=self.name or self.sub,
            profile=self.profile,
            rights=frozenset(Right(right) for right in self.rights if right in RIGHTS),
            fields={Field(name): access for name, access in self.fields.items() if name in FIELDS},
            stages=self.stages,
            address=self.address,
            session=self.sid,
            email=self.email,
        )


def claims_of(caller: Caller) -> dict[str, Any]:
    """The claims from which `Claims` makes the same caller again."""
    claims = {
        "sub": caller.subject,
        "org": caller.organisation,
        "name": caller.name,
        "profile": caller.profile,
        "rights": sorted(caller.rights),
        "fields": dict(caller.fields),
        "stages": dict(caller.stages),
    }
    told = {"from": caller.address, "sid": caller.session, "email": caller.email}
    return claims | {name: value for name, value in told.items() if value is not None}


def with_default_profiles(subject: str, organisation: str, roles: Sequence[Role]) -> Caller:
    """A caller with all that the default profiles of these roles allow."""
    profiles = [DEFAULT_PROFILES[role] for role in roles]
    return Caller(
        subject=subject,
        organisation=organisation,
        name=subject,
        profile="+".join(roles),
        rights=frozenset().union(*(profile.rights for profile in profiles)),
        fields=_widest([profile.fields for profile in profiles]),
        stages=_widest([profile.stages for profile in profiles]),
    )


def _widest(several: Sequence[Mapping[Any, Access]]) -> dict[Any, Access]:
    names = {name for each in several for name in each}
    return {name: max((each.get(name, Access.HIDDEN) for each in several), key=ORDER.index) for name in names}

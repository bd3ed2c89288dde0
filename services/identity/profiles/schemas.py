"""What `/profiles` takes and gives."""

from typing import Annotated

from pydantic import BaseModel
from pydantic import Field as Constraint

from contracts.base import Input, Text
from contracts.profiles import Profile
from contracts.rights import Access, Field, Right
from services.identity.profiles.domain import is_default

Name = Annotated[Text, Constraint(min_length=1, max_length=100)]
StageName = Annotated[str, Constraint(pattern=r"^(\*|[a-z0-9][a-z0-9_-]{0,62})$")]


class ProfileInput(Input):
    """`fields` and `stages` name what is not hidden; the stage `*` stands for those that are not named."""

    names: dict[Annotated[str, Constraint(pattern="^(fr|en)$")], Name] = Constraint(min_length=1)
    rights: frozenset[Right]
    fields: dict[Field, Access] = {}
    stages: dict[StageName, Access] = Constraint(default={}, max_length=50)


class ProfileView(BaseModel):
    key: str
    names: dict[str, str]
    rights: list[Right]
    fields: dict[Field, Access]
    stages: dict[str, Access]
    is_default: bool
    is_changed: bool
    is_fixed: bool


def view_of(profile: Profile, *, is_changed: bool) -> ProfileView:
    return ProfileView(
        key=profile.key,
        names=profile.names,
        rights=sorted(profile.rights),
        fields={field: profile.fields.get(field, Access.HIDDEN) for field in Field},
        stages=profile.stages,
        is_default=is_default(profile.key),
        is_changed=is_changed,
        is_fixed=profile.key == "admin",
    )

"""Profiles: what may be changed, and by whom."""

from chassis.caller import Caller
from chassis.problems import DomainError, Forbidden
from contracts.profiles import EVERY_STAGE, Profile, Role, access_in
from contracts.rights import Access, Field, Right
from services.identity.profiles.models import ProfileRow

ORDER = list(Access)


class AdminIsFixed(DomainError):
    """The administrator's profile has every right, of later versions too: nobody can lock everybody out."""

    def __init__(self) -> None:
        super().__init__("The profile admin has every right and cannot be changed; write another one.")


class ProfileInUse(DomainError):
    def __init__(self, key: str, holders: int) -> None:
        super().__init__(f"The profile {key} is that of {holders} users, keys or rules; give them another one first.")


class MoreThanOwn(Forbidden):
    """Nobody gives what they do not have."""

    def __init__(self, profile: str, what: list[str]) -> None:
        super().__init__(f"The profile {profile} may do what you may not: {', '.join(what)}.")


def profile_of(row: ProfileRow) -> Profile:
    return Profile(
        key=row.key,
        names=row.names,
        rights=frozenset(Right(right) for right in row.rights if right in set(Right)),
        fields={Field(name): Access(access) for name, access in row.fields.items() if name in set(Field)},
        stages={name: Access(access) for name, access in row.stages.items()},
    )


def is_default(key: str) -> bool:
    return key in set(Role)


def surplus(profile: Profile, caller: Caller) -> list[str]:
    """What a holder of the profile may and the caller may not."""
    fields = {name: (access, caller.access(name)) for name, access in profile.fields.items()}
    named = sorted({*profile.stages, *caller.stages, EVERY_STAGE})
    stages = {f"stage {name}": (access_in(profile.stages, name), caller.access_in(name)) for name in named}
    more = [str(right) for right in sorted(profile.rights - caller.rights)]
    return more + [
        str(name) for name, (given, own) in (fields | stages).items() if ORDER.index(given) > ORDER.index(own)
    ]

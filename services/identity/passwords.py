"""Passwords: hashed with argon2id, checked off the event loop, a few at a time."""

import asyncio
import functools
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.problems import InvalidField
from services.identity.settings import Settings

SHORTEST, LONGEST = 10, 200
SAME = 4


@dataclass
class Passwords:
    """Each check takes `argon2_memory`: no more than `at_once` at a time."""

    hasher: PasswordHasher
    at_once: asyncio.Semaphore

    nobody: str = field(init=False)
    """Of a password that nobody has: whoever has no account waits as long as who has one."""

    def __post_init__(self) -> None:
        self.nobody = self.hasher.hash("nobody")

    @classmethod
    def standard(cls) -> "Passwords":
        """At the cost that the settings have by default."""
        cost = {name: Settings.model_fields[name].default for name in ("argon2_time", "argon2_memory")}
        hasher = PasswordHasher(time_cost=cost["argon2_time"], memory_cost=cost["argon2_memory"], parallelism=1)
        return cls(hasher, asyncio.Semaphore(1))

    @classmethod
    def of(cls, settings: Settings) -> "Passwords":
        hasher = PasswordHasher(time_cost=settings.argon2_time, memory_cost=settings.argon2_memory, parallelism=1)
        return cls(hasher, asyncio.Semaphore(settings.passwords_at_once))

    async def hash(self, password: str) -> str:
        async with self.at_once:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Whether it is the password of this hash; as slow when there is none."""
        async with self.at_once:
            matches = await asyncio.to_thread(functools.partial(self._verify, kept or self.nobody, password))
        return matches and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed at a cost that is no longer ours."""
        return self.hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self.hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def check_strength(password: str, *, email: str) -> None:
    """422 for a password that is easily guessed."""
    if len(set(password)) < SAME or password.lower() in (email.lower(), email.split("@")[0].lower()):
        raise InvalidField("password", "(hidden)", f"at least {SAME} different characters, and not the e-mail address")

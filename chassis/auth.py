"""What an endpoint asks of its caller: a valid token, with the right that the endpoint names."""

from typing import Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from chassis.caller import Author, Caller
from chassis.key_set import KeySet, Unauthorised
from chassis.mint import Mint
from chassis.problems import Forbidden
from contracts.profiles import Role
from contracts.rights import Right

__all__ = ["Author", "Caller", "KeySet", "Mint", "Role", "Unauthorised", "caller_of", "require"]

bearer = HTTPBearer(auto_error=False, description="A token of identity, or of `relance token`")


async def caller_of(request: Request, credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> Caller:
    if credentials is None:
        raise Unauthorised("header Authorization: a bearer token is expected")
    keys: KeySet = request.app.state.keys
    caller = await keys.caller(credentials.credentials, now=request.app.state.real_now())
    request.state.caller = caller
    return caller


class RightMissing(Forbidden):
    """What the caller's profile does not allow."""

    def __init__(self, caller: Caller, right: Right) -> None:
        super().__init__(f"The right {right} is needed; the profile {caller.profile} does not have it.")
        self.right = right

    @property
    def facts(self) -> dict[str, Any]:
        return {"right": self.right}


class Requirement:
    """The dependency of an endpoint that asks for a right."""

    def __init__(self, right: Right) -> None:
        self.right = right

    async def __call__(self, caller: Caller = Depends(caller_of)) -> Caller:
        self.check(caller)
        return caller

    def check(self, caller: Caller) -> None:
        """403, which names the right, unless the caller has it."""
        if self.right not in caller.rights:
            raise RightMissing(caller, self.right)


def require(right: Right) -> Any:
    """A dependency: the caller, who must have this right. 403 says which one is missing."""
    return Depends(Requirement(right))


def requirement_of(dependant: Dependant) -> Requirement | None:
    """What a route asks of its caller; None when it asks for no right."""
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Requirement):
            return dependency.call
    return None

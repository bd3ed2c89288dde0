"""Which profile the claims of an identity provider give."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from contracts.base import Input, Key, Text


class Rule(Input):
    """Fits when the claim is `value`, or a list that has it. `claim` may be a path: `realm_access.roles`."""

    claim: Text = Field(min_length=1, max_length=200)
    value: Text = Field(min_length=1, max_length=200)
    profile: Key


def profile_for(claims: Mapping[str, object], rules: Sequence[Rule]) -> str | None:
    """The profile of the first rule that fits, None when none does."""
    return next((rule.profile for rule in rules if _fits(rule, claims)), None)


def _fits(rule: Rule, claims: Mapping[str, object]) -> bool:
    found: object = claims.get(rule.claim)
    if found is None:
        found = claims
        for part in rule.claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return rule.value in found if isinstance(found, list) else found == rule.value

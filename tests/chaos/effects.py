"""Which strikes did anything: a fault that nothing met proves nothing."""

from collections.abc import Mapping, Sequence

from tests.chaos.blows import Blow
from tests.chaos.mailbox.faults import FAMILIES, Fault
from tests.chaos.strikes import Kind


def with_effect(blows: Sequence[Blow]) -> int:
    return sum(blow.had_effect for blow in blows)


def by_family(blows: Sequence[Blow]) -> Mapping[str, Sequence[Blow]]:
    """Of each kind, and of each family of the relay's faults, be there any or not."""
    kinds = {str(kind): [blow for blow in blows if blow.strike.kind is kind] for kind in Kind}
    faults = kinds.pop(str(Kind.FAULT))
    for family in FAMILIES:
        name = f"{Kind.FAULT}: {family[0]}{', or the like' if len(family) > 1 else ''}"
        kinds[name] = of_family(faults, family)
    return kinds


def of_family(blows: Sequence[Blow], family: Sequence[Fault]) -> list[Blow]:
    return [blow for blow in blows if blow.strike.fault in family]


def without_effect(blows: Sequence[Blow]) -> list[str]:
    """The families of which no strike did anything, in words."""
    return [
        f"{name}: {len(found)} strikes, none of them had an effect"
        for name, found in by_family(blows).items()
        if not with_effect(found)
    ]

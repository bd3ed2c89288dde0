"""An event comes as what its consumer brings."""

import pytest

from contracts.events import CaseClosed, CaseOpened, UserLocked
from contracts.events.dunning import CaseEvent

LOCKED = UserLocked.model_validate(UserLocked.example)


def test_an_event_is_taken_as_its_class_or_the_one_above() -> None:
    opened = CaseOpened.model_validate(CaseOpened.example)
    assert CaseOpened.of(opened) is opened
    assert CaseEvent.of(opened) is opened


def test_one_of_another_class_is_refused_and_both_are_named() -> None:
    with pytest.raises(TypeError, match=r"identity\.user\.locked\.v1: CaseClosed is expected"):
        CaseClosed.of(LOCKED)

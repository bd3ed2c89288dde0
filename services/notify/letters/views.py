"""Rows of letters as answers."""

from services.notify.letters.models import Letter
from services.notify.letters.schemas import LetterView


def letter_view(letter: Letter) -> LetterView:
    return LetterView.model_validate(letter, from_attributes=True)

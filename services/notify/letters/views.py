"""Rows of letters as answers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.paging import Page, decode, encode
from chassis.problems import InvalidField
from services.notify.letters.models import Letter
from services.notify.letters.schemas import LetterView


def letter_view(letter: Letter) -> LetterView:
    return LetterView.model_validate(letter, from_attributes=True)


def page_of_letters(letters: Sequence[Letter], limit: int) -> Page[LetterView]:
    """A page of `limit`, of one row more when there is a next one."""
    shown = letters[:limit]
    more = encode(shown[-1].prepared_at.isoformat(), shown[-1].id) if len(letters) > limit else None
    return Page(items=[letter_view(letter) for letter in shown], next=more)


def position_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        prepared_at, letter_id = decode(cursor, length=2)
        return datetime.fromisoformat(prepared_at), UUID(letter_id)
    except (TypeError, ValueError, AttributeError):
        raise InvalidField("cursor", cursor, "the `next` of the page before") from None

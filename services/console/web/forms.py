"""What a person typed, read field by field; each mistake is said at its field, and nothing typed is lost."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid4

from chassis.http import PeerRefused
from services.console.web.catalogues import mark
from services.console.web.formats import Formats
from services.console.web.problems import words_at, words_of

Choice = TypeVar("Choice", bound=StrEnum)
Say = Callable[..., str]

NEEDED = mark("Please fill this in.")
NOT_AN_AMOUNT = mark("This is not an amount. Write for example %(example)s.")
NOT_POSITIVE = mark("The amount must be more than zero.")
NOT_WITHIN = mark("Please write a whole number from %(least)s to %(most)s.")
NOT_A_DATE = mark("This is not a date.")
STILL_TO_COME = mark("This day is still to come.")
NOT_OFFERED = mark("Please choose one of these.")
LOOK_AGAIN = mark("%(name)s changed this draft on %(moment)s, after you opened it. Please look at it as it is now.")
TOO_LONG = mark("This is too long: at most %(most)s characters.")
HIDDEN = ("customer_id", "currency", "number", "corrects", "invoice_id")
"""Fields that forms carry along."""


@dataclass
class Form:
    """`errors` by field, in the reader's language; those of the whole form under the empty name."""

    values: Mapping[str, str]
    formats: Formats
    say: Say
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """What is said over the form: of all of it, or of a field that nobody sees."""
        return next((self.errors[name] for name in ("", *HIDDEN) if name in self.errors), "")

    @property
    def is_valid(self) -> bool:
        return not self.errors

    @property
    def once(self) -> str:
        """The key of this sending of the form."""
        return self.value("once") or str(uuid4())

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def text(self, name: str, *, most: int, needed: bool = True) -> str:
        value = self.value(name).strip()
        if needed and not value:
            self.wrong(name, NEEDED)
        if len(value) > most:
            self.wrong(name, TOO_LONG, most=most)
        return value

    def amount(self, name: str) -> Decimal:
        """More than zero, as the reader's country writes it."""
        return self.optional_amount(name, needed=True) or Decimal()

    def optional_amount(self, name: str, *, needed: bool = False) -> Decimal | None:
        text = self.text(name, most=30, needed=needed)
        value = self.formats.read_amount(text) if text else None
        if text and value is None:
            self.wrong(name, NOT_AN_AMOUNT, example=self.formats.amount(Decimal("1234.50")))
        if value is not None and value <= 0:
            self.wrong(name, NOT_POSITIVE)
        return value

    def exact(self, name: str) -> str:
        """A number with all its decimals, as the services take it."""
        value = self.formats.read_number(self.text(name, most=30))
        if value is None:
            self.wrong(name, NOT_AN_AMOUNT, example=self.formats.amount(Decimal("1234.50")))
        return f"{value or Decimal():f}"

    def whole(self, name: str, *, least: int, most: int) -> int:
        text = self.text(name, most=10)
        value = int(text) if text.isascii() and text.isdecimal() else None
        if text and (value is None or not least <= value <= most):
            self.wrong(name, NOT_WITHIN, least=least, most=most)
        return least if value is None else value

    def day(self, name: str) -> date:
        return self.optional_day(name, needed=True) or date.min

    def past_day(self, name: str, *, today: date) -> date:
        """Today or before."""
        day = self.day(name)
        if day > today:
            self.wrong(name, STILL_TO_COME)
        return day

    def optional_day(self, name: str, *, needed: bool = False) -> date | None:
        text = self.text(name, most=10, needed=needed)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(name, NOT_A_DATE)
            return None

    def choice(self, name: str, among: type[Choice]) -> Choice:
        try:
            return among(self.value(name))
        except ValueError:
            self.wrong(name, NOT_OFFERED)
            return next(iter(among))

    def identity(self, name: str) -> UUID:
        try:
            return UUID(self.value(name))
        except ValueError:
            self.wrong(name, NOT_OFFERED)
            return UUID(int=0)

    def not_offered(self, name: str) -> None:
        self.wrong(name, NOT_OFFERED)

    @contextmanager
    def telling_refusals(self, field_of: Callable[[str], str] = str) -> Iterator[None]:
        """A service that refuses what is done within ends it here, and the form says what the service said.

        `field_of`: the form's name of what the service names.
        """
        try:
            yield
        except PeerRefused as refused:
            self.refused(refused, field_of)

    def refused(self, by: PeerRefused, field_of: Callable[[str], str] = str) -> None:
        """Say what the service said: at the field that it names when the form has it, else over the form."""
        for error in by.errors:
            name = field_of(error.get("field", ""))
            is_here = name in self.values and name not in HIDDEN
            self.errors.setdefault(name if is_here else "", words_at(error, self.say, is_named=is_here))
        if not by.errors:
            self.errors[""] = words_of(by, self.say)

    def changed_meanwhile(self, by: str, at: datetime) -> None:
        """Say over the form who changed, and when, the draft that it was to publish or to send."""
        self.errors[""] = self.say(LOOK_AGAIN, name=by, moment=self.formats.moment(at))

    def wrong(self, name: str, message: str, **values: object) -> None:
        """Say a marked sentence at a field; the first one stands."""
        self.errors.setdefault(name, self.say(message, **values))

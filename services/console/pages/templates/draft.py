"""A text as it stands in the form, and whom it is shown for."""

from dataclasses import dataclass, field

from chassis.http import PeerRefused, PeerUnavailable
from contracts.actions import DunningContext
from contracts.parties import Language, Seller
from contracts.receivable import ReceivableView
from contracts.rights import Right
from services.console.peers.billing import Billing
from services.console.peers.templates import (
    About,
    Mistake,
    Part,
    Preview,
    Rendering,
    Sample,
    Sources,
    Templates,
    TrialRequest,
    mistakes_of,
)
from services.console.web.catalogues import mark
from services.console.web.forms import NEEDED, TOO_LONG, Form
from services.console.web.visit import Visit

LONGEST = {Part.SUBJECT: 2_000, Part.TEXT: 200_000, Part.HTML: 200_000}
NEEDED_PARTS = (Part.SUBJECT, Part.TEXT)
NO_SUCH_INVOICE = mark("No invoice has this number.")
CANDIDATES = 20


@dataclass
class Draft:
    """`rendering` is None while there are mistakes."""

    key: str
    language: Language
    about: About
    form: Form
    mistakes: list[Mistake] = field(default_factory=list)
    rendering: Rendering | None = None

    @property
    def sources(self) -> Sources:
        """Browsers end lines with two characters."""
        return Sources(**{part: self.form.value(part).replace("\r\n", "\n") for part in Part})

    @property
    def is_fine(self) -> bool:
        return self.form.is_valid and not self.mistakes

    def refused(self, by: PeerRefused) -> None:
        """Mistakes of the text stand in it; anything else is said by the form."""
        self.mistakes = mistakes_of(by)
        if not self.mistakes:
            self.form.refused(by)


def draft_of(form: Form, key: str, language: Language) -> Draft:
    """Says at its field what is missing or too long."""
    for part in Part:
        value = form.value(part)
        if part in NEEDED_PARTS and not value.strip():
            form.wrong(part, NEEDED)
        if len(value) > LONGEST[part]:
            form.wrong(part, TOO_LONG, most=LONGEST[part])
    return Draft(key, language, form.choice("about", About), form)


async def shown(draft: Draft, visit: Visit) -> None:
    """Fill in the rendering, or say what forbids it."""
    asked = await asked_of(draft, visit)
    if draft.form.is_valid:
        await rendered(draft, asked, visit)


async def rendered(draft: Draft, asked: Preview, visit: Visit) -> None:
    try:
        draft.rendering = await Templates(visit.client("notify")).preview(draft.key, asked)
    except PeerRefused as refused:
        draft.refused(refused)


async def asked_of(draft: Draft, visit: Visit) -> Preview:
    """The text with whom it is for: billing is asked here, since notify asks nobody."""
    number = draft.form.value("invoice").strip()
    if not (number and draft.about is About.RECEIVABLE):
        return for_a_sample(draft, await seller_of(visit))
    billing = Billing(visit.client("billing"))
    receivable = await visit.if_may(Right.RECEIVABLES_READ, lambda: _receivable(billing, number))
    if receivable is None:
        draft.form.wrong("invoice", NO_SUCH_INVOICE)
        return for_a_sample(draft, None)
    return for_a_sample(draft, None).model_copy(update={"context": _context(draft, receivable, visit)})


def for_a_sample(draft: Draft, seller: Seller | None) -> Preview:
    """Without a seller of ours the sample's own stands in its place."""
    return Preview(
        language=draft.language, about=draft.about, sources=draft.sources, sample=_sample(draft.form), seller=seller
    )


async def seller_of(visit: Visit) -> Seller | None:
    """Ours; None while billing is away, and for who may not read it."""
    try:
        return await visit.if_may(Right.SELLER_READ, Billing(visit.client("billing")).seller)
    except PeerUnavailable:
        return None


def as_test(asked: Preview, *, as_letter: bool) -> TrialRequest:
    return TrialRequest(**dict(asked), as_letter=as_letter)


def _sample(form: Form) -> Sample:
    """What is sent in the place of one of these is the first of them."""
    value = form.value("sample")
    return Sample(value) if value in set(Sample) else Sample.PROFESSIONAL


async def _receivable(billing: Billing, number: str) -> ReceivableView | None:
    candidates = (await billing.receivables(q=number[:100], limit=CANDIDATES)).items
    found = next((each for each in candidates if each.number.casefold() == number.casefold()), None)
    return await billing.receivable(found.invoice_id) if found else None


def _context(draft: Draft, receivable: ReceivableView, visit: Visit) -> DunningContext:
    late = (visit.today - receivable.due_date).days
    return DunningContext(receivable=receivable, step=draft.key, today=visit.today, days_late=late)

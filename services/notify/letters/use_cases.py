"""What is done with letters."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.database import Sessions
from chassis.problems import NotFound
from contracts.actions import DunningContext, PrepareLetter
from services.notify.actions import use_cases as actions
from services.notify.actions.use_cases import Answered
from services.notify.closings import use_cases as closings
from services.notify.letters import domain, store
from services.notify.letters.models import Letter
from services.notify.letters.page import sheet
from services.notify.letters.press import Press, Printed
from services.notify.letters.schemas import BatchView, PostingInput
from services.notify.messages.domain import contact_of
from services.notify.rendering.renderer import Renderer
from services.notify.templates import use_cases as templates


async def prepare_letter(
    session: AsyncSession, caller: Caller, asked: PrepareLetter, *, renderer: Renderer, press: Press
) -> Answered:
    """Print the letter once and store it; the same key again finds it. Withdrawn at birth when it comes too late."""
    organisation, context = caller.organisation, asked.context
    if known := await actions.begin(session, organisation, asked.key):
        return Answered(known, is_new=False)
    closings.check_request(organisation, context)
    template = await templates.template_for(session, organisation, asked.template, context)
    language, _ = template.in_language(contact_of(context).language)
    rendering = await templates.render(renderer, template, context, language)
    html = sheet(context, rendering, language=language, day=context.today)
    printed = await press.letter(html)
    letter = domain.prepared_letter(organisation, asked, rendering.subject, printed)
    too_late = await closings.too_late(session, context) if isinstance(context, DunningContext) else None
    if too_late:
        domain.close(letter, too_late, now=asked.at)
    else:
        outbox.record(session, domain.preparation_of(letter), at=asked.at)
    await store.give_part(session, letter)
    await store.add(session, letter, html=html, pdf=printed.pdf)
    return Answered(domain.outcome_of(letter), is_new=True)


async def post_letter(
    session: AsyncSession, caller: Caller, letter_id: UUID, posting: PostingInput, *, now: datetime
) -> Letter:
    letter = await store.letter_of(session, caller.organisation, letter_id, lock=True)
    posted = domain.post(letter, posting.posted_on, posting.tracking_number, by=caller.author, now=now)
    if posted:
        outbox.record(session, posted, at=now)
    return letter


async def batch_of_day(session: AsyncSession, organisation: str, day: date) -> BatchView:
    """In how many parts the letters of a day are printed."""
    letters, parts = await store.count_of(session, organisation, day)
    return BatchView(day=day, letters=letters, parts=parts)


async def batch(
    sessions: Sessions, organisation: str, day: date, part: int | None, *, press: Press, is_duplex: bool
) -> Printed:
    """A part of the print batch of a day, or all of it when it is one. 409 when it is more, 404 when there is nothing.

    No transaction stays open while it prints, which may take a quarter of a minute.
    """
    async with sessions() as session:
        parts = (await batch_of_day(session, organisation, day)).parts
        if part is None and parts > 1:
            raise domain.BatchInParts(day, parts)
        pages = await store.batch_of(session, organisation, day, part=part or 1)
    if not pages:
        raise NotFound("letter to print of", day)
    return await press.batch(list(pages), is_duplex=is_duplex)

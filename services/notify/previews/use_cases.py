"""What a preview shows."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.problems import InvalidField, NotFound
from contracts.actions import Context
from contracts.overdue_list import OverdueListContext
from contracts.parties import Language
from services.notify.letters.page import sheet
from services.notify.letters.press import Press
from services.notify.previews.schemas import PreviewInput
from services.notify.rendering import renderer as rendering
from services.notify.rendering.catalogue import About
from services.notify.rendering.jobs import Rendering, Sources
from services.notify.rendering.renderer import Renderer
from services.notify.rendering.samples import sample_context
from services.notify.templates import use_cases as templates
from services.notify.templates.domain import TemplateRefused


@dataclass(frozen=True)
class Asked:
    """Everything that rendering needs. `is_saved`: it passed the check when it was saved."""

    sources: Sources
    context: Context
    language: Language
    is_saved: bool


async def find(session: AsyncSession, organisation: str, key: str, body: PreviewInput) -> Asked:
    """404 for a key without a text, 422 for a context that the template does not speak of."""
    known = await templates.find_template(session, organisation, key)
    if known is None and (body.sources is None or body.about is None):
        raise NotFound("template", key)
    context = _context(body, templates.about_of_key(key, body.about, known))
    if body.sources is not None:
        return Asked(body.sources, context, body.language, is_saved=False)
    if known is None:
        raise NotFound("template", key)
    language, text = known.in_language(body.language)
    return Asked(text.sources, context, language, is_saved=True)


async def rendered(renderer: Renderer, asked: Asked) -> Rendering:
    """422 with each mistake and its place: a text that is not saved yet is refused where saving would refuse it."""
    problems = [] if asked.is_saved else await renderer.problems(asked.sources, asked.context.about, asked.language)
    if problems:
        raise TemplateRefused(asked.sources, problems)
    try:
        return await renderer.render(asked.sources, asked.context, asked.language)
    except rendering.TemplateRefused as refused:
        raise TemplateRefused(asked.sources, refused.problems) from None


async def letter(press: Press, asked: Asked, texts: Rendering) -> bytes:
    """The PDF, dated as the context is. 422 when it cannot be printed, or is nothing that goes by post."""
    if isinstance(asked.context, OverdueListContext):
        raise InvalidField("about", asked.context.about, "receivable or quote: a list for a colleague is no letter")
    html = sheet(asked.context, texts, language=asked.language, day=asked.context.today)
    return (await press.letter(html)).pdf


def _context(body: PreviewInput, about: About) -> Context:
    if body.context is None:
        return sample_context(about, body.sample, body.language, seller=body.seller)
    if body.seller is not None:
        raise InvalidField("seller", body.seller.name, "none beside a context, which has its own")
    if body.context.about != about:
        raise InvalidField("context", body.context.about, f"a context about a {about}")
    return body.context

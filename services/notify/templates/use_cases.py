"""What people and the other folders do with templates."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import ChangedMeanwhile, InvalidField, NotFound
from contracts.actions import Context
from contracts.parties import Language
from services.notify.rendering import renderer as rendering
from services.notify.rendering.catalogue import ABOUTS, About
from services.notify.rendering.jobs import Rendering, Sources
from services.notify.rendering.renderer import Renderer
from services.notify.templates import domain, store
from services.notify.templates.defaults import default_templates
from services.notify.templates.domain import EffectiveTemplate, TemplateRefused
from services.notify.templates.models import Template, TemplateVersion
from services.notify.templates.schemas import TemplateInput


async def list_templates(session: AsyncSession, organisation: str) -> list[EffectiveTemplate]:
    """The defaults first, in their order, then the organisation's own by key."""
    own = await store.own_templates(session, organisation)
    defaults = default_templates()
    keys = [*defaults, *sorted({row.key for row in own} - set(defaults))]
    found = (domain.effective(key, defaults.get(key), (row for row in own if row.key == key)) for key in keys)
    return [template for template in found if template]


async def find_template(session: AsyncSession, organisation: str, key: str) -> EffectiveTemplate | None:
    own = await store.own_templates(session, organisation, key)
    return domain.effective(key, default_templates().get(key), own)


async def get_template(session: AsyncSession, organisation: str, key: str) -> EffectiveTemplate:
    template = await find_template(session, organisation, key)
    if template is None:
        raise NotFound("template", key)
    return template


async def template_for(session: AsyncSession, organisation: str, key: str, context: Context) -> EffectiveTemplate:
    """The template that a request names. 422 when there is none, or when it speaks of something else."""
    template = await find_template(session, organisation, key)
    if template is None:
        known = ", ".join(each.key for each in await list_templates(session, organisation))
        raise InvalidField("template", key, f"one of {known}")
    if template.about != context.about:
        raise InvalidField("template", key, f"a template about a {context.about}; this one is about a {template.about}")
    return template


async def render(renderer: Renderer, template: EffectiveTemplate, context: Context, language: Language) -> Rendering:
    """The texts for the reader of `language`. 422 when the template cannot be rendered for this context."""
    written_in, text = template.in_language(language)
    try:
        return await renderer.render(text.sources, context, written_in)
    except rendering.TemplateRefused as refused:
        raise TemplateRefused(text.sources, refused.problems) from None


async def put_template(
    session: AsyncSession,
    renderer: Renderer,
    caller: Caller,
    key: str,
    language: Language,
    body: TemplateInput,
    *,
    seen: datetime | None = None,
    now: datetime,
) -> EffectiveTemplate:
    """Save a text after its check: nothing that cannot be rendered is ever stored.

    `seen`: up to when the writer knew what others saved. 409 when they saved something else since.
    """
    known = await find_template(session, caller.organisation, key)
    about = about_of_key(key, body.about, known)
    sources = Sources(subject=body.subject, text=body.text, html=body.html)
    if problems := await renderer.problems(sources, about, language):
        raise TemplateRefused(sources, problems)
    stands = await store.lock_template(session, caller.organisation, key, language)
    if stands and seen and stands.updated_at > seen and domain.sources_of(stands) != sources:
        raise ChangedMeanwhile("this text", by=stands.updated_by_name, at=stands.updated_at)
    row = Template(
        organisation=caller.organisation,
        key=key,
        language=language,
        about=about,
        **sources.model_dump(),
        updated_at=now,
        updated_by=caller.subject,
        updated_by_name=caller.name,
    )
    if await store.put_template(session, row):
        await store.add_version(session, row)
    return await get_template(session, caller.organisation, key)


def default_of(key: str, language: Language) -> Sources:
    default = default_templates().get(key)
    if default is None:
        raise NotFound("default template", key)
    return default.sources[language]


async def get_version(
    session: AsyncSession, organisation: str, key: str, language: Language, version: int
) -> TemplateVersion:
    found = await store.version_of(session, organisation, key, language, version)
    if found is None:
        raise NotFound("version of a template", f"{key}/{language}, {version}")
    return found


async def restore_version(
    session: AsyncSession,
    renderer: Renderer,
    caller: Caller,
    key: str,
    language: Language,
    version: int,
    *,
    now: datetime,
) -> EffectiveTemplate:
    """Save the text of a version again, as a version of its own. 422 when it can be rendered no more."""
    found = await get_version(session, caller.organisation, key, language, version)
    body = TemplateInput(subject=found.subject, text=found.text, html=found.html, about=domain.about_of(found.about))
    return await put_template(session, renderer, caller, key, language, body, now=now)


def about_of_key(key: str, asked: About | None, known: EffectiveTemplate | None) -> About:
    """What the text speaks of: as it always did, or as it is asked of a new one. 422 otherwise."""
    if known is None:
        if asked is None:
            raise InvalidField("about", asked, f"one of {', '.join(ABOUTS)}, since {key!r} is a new template")
        return asked
    if asked not in (None, known.about):
        raise InvalidField("about", asked, f"{known.about}, which {key!r} is about")
    return known.about


async def delete_template(session: AsyncSession, organisation: str, key: str, language: Language) -> None:
    """Give up a text of one's own: the default stands again."""
    if not await store.delete_template(session, organisation, key, language):
        raise NotFound("template of your own", f"{key}/{language}")

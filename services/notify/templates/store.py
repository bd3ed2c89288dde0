"""Queries for templates; each takes the organisation."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.parties import Language
from services.notify.templates.models import Template, TemplateVersion


async def own_templates(session: AsyncSession, organisation: str, key: str | None = None) -> Sequence[Template]:
    """What the organisation wrote, of one key or of all, in the order of keys."""
    statement = select(Template).where(col(Template.organisation) == organisation)
    if key is not None:
        statement = statement.where(col(Template.key) == key)
    return (await session.exec(statement.order_by(col(Template.key), col(Template.language)))).all()


async def lock_template(session: AsyncSession, organisation: str, key: str, language: Language) -> Template | None:
    """What the organisation wrote; nobody else writes it until the transaction ends."""
    statement = select(Template).where(
        col(Template.organisation) == organisation, col(Template.key) == key, col(Template.language) == language
    )
    return (await session.exec(statement.with_for_update())).first()


async def put_template(session: AsyncSession, template: Template) -> bool:
    """Insert or replace one language of a template. False when it says the same already."""
    values = template.model_dump()
    identity = ["organisation", "key", "language"]
    changes = {name: value for name, value in values.items() if name not in identity}
    written = (col(Template.subject), col(Template.text), col(Template.html))
    is_other = tuple_(*written).is_distinct_from(tuple_(template.subject, template.text, template.html))
    statement = (
        insert(Template).values(values).on_conflict_do_update(index_elements=identity, set_=changes, where=is_other)
    )
    # the row may have been read, to lock it: it is to say what was written
    written_row = statement.returning(Template).execution_options(populate_existing=True)
    return (await session.exec(written_row)).first() is not None


async def add_version(session: AsyncSession, template: Template) -> None:
    """Keep a text that was just put: its row, locked by that, lets one writer at a time count."""
    latest = select(func.max(TemplateVersion.version)).where(
        *_texts(template.organisation, template.key, template.language)
    )
    number = (await session.exec(latest)).one() or 0
    sources = template.model_dump(include={"organisation", "key", "language", "about", "subject", "text", "html"})
    session.add(
        TemplateVersion(
            **sources,
            version=number + 1,
            saved_at=template.updated_at,
            saved_by=template.updated_by,
            saved_by_name=template.updated_by_name,
        )
    )
    await session.flush()


async def versions_page(
    session: AsyncSession, organisation: str, key: str, language: Language, *, before: tuple[int] | None, limit: int
) -> Sequence[TemplateVersion]:
    """Newest first."""
    statement = select(TemplateVersion).where(*_texts(organisation, key, language))
    if before is not None:
        statement = statement.where(col(TemplateVersion.version) < before[0])
    return (await session.exec(statement.order_by(col(TemplateVersion.version).desc()).limit(limit))).all()


async def version_of(
    session: AsyncSession, organisation: str, key: str, language: Language, version: int
) -> TemplateVersion | None:
    return await session.get(TemplateVersion, (organisation, key, language, version))


def _texts(organisation: str, key: str, language: Language) -> tuple[ColumnElement[bool], ...]:
    return (
        col(TemplateVersion.organisation) == organisation,
        col(TemplateVersion.key) == key,
        col(TemplateVersion.language) == language,
    )


async def delete_template(session: AsyncSession, organisation: str, key: str, language: Language) -> bool:
    """Whether there was one."""
    found = await session.get(Template, (organisation, key, language), with_for_update=True, populate_existing=True)
    if found is None:
        return False
    await session.delete(found)
    await session.flush()
    return True

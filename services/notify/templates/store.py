"""Queries for templates; each takes the organisation."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.parties import Language
from services.notify.templates.models import Template


async def own_templates(session: AsyncSession, organisation: str, key: str | None = None) -> Sequence[Template]:
    """What the organisation wrote, of one key or of all, in the order of keys."""
    statement = select(Template).where(col(Template.organisation) == organisation)
    if key is not None:
        statement = statement.where(col(Template.key) == key)
    return (await session.exec(statement.order_by(col(Template.key), col(Template.language)))).all()


async def put_template(session: AsyncSession, template: Template) -> None:
    """Insert or replace one language of a template."""
    values = template.model_dump()
    identity = ("organisation", "key", "language")
    changes = {name: value for name, value in values.items() if name not in identity}
    await session.exec(insert(Template).values(values).on_conflict_do_update(index_elements=identity, set_=changes))


async def delete_template(session: AsyncSession, organisation: str, key: str, language: Language) -> bool:
    """Whether there was one."""
    found = await session.exec(
        delete(Template)
        .where(col(Template.organisation) == organisation, col(Template.key) == key, col(Template.language) == language)
        .returning(col(Template.key))
    )
    return found.first() is not None

"""The migrated database is what the models say."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel, select

from chassis import database, migrations
from contracts.parties import Language
from services.notify.calendars.models import CalendarFeed
from services.notify.calendars.use_cases import digest_of
from services.notify.forgotten.models import ActionsToldUntil
from services.notify.main import SERVICE
from services.notify.messages.models import Message
from tests.services.notify.conftest import Notify
from tests.services.notify.requests import NOON, an_email

OWN = "services.notify"


def own_tables() -> set[str]:
    """The tables whose models stand in this service, and those of the chassis."""
    assert SERVICE.name == "notify"
    tables = {
        mapper.class_.__tablename__
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith((OWN, "chassis"))
    }
    return {str(name) for name in tables}


def differences(connection: Connection) -> list[object]:
    tables = own_tables()
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or name in tables,
        "include_object": lambda thing, name, kind, _, __: kind != "table" or name in tables,
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, SQLModel.metadata))


async def test_models_and_migrations_agree(database_of: Callable[[str], Awaitable[str]]) -> None:
    engine = database.engine(await database_of("notify"))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
        present = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await engine.dispose()

    assert found == []
    assert own_tables() <= present


async def test_the_feeds_of_keys_end_and_those_of_people_stay(notify: Notify) -> None:
    person, key = str(uuid4()), f"key:{uuid4()}"
    async with notify.sessions() as session, session.begin():
        for owner in (person, key):
            feed: dict[str, Any] = {
                "organisation": "demo",
                "owner": owner,
                "owner_name": "x",
                "language": Language.FRENCH,
            }
            session.add(CalendarFeed(**feed, digest=digest_of(owner), created_at=NOON, expires_at=NOON))
        await session.exec(text("update alembic_version set version_num = '0012'"))  # type: ignore[call-overload]

    await migrations.migrate("notify", notify.settings.database_url.get_secret_value())

    async with notify.sessions() as session:
        assert [feed.owner for feed in await session.exec(select(CalendarFeed))] == [person]


async def test_links_of_quotes_leave_the_texts_that_were_kept_before(notify: Notify) -> None:
    await notify.send(an_email("quote"))
    link = f"https://relance.example/q/{'x_-Y' * 10}xyz"
    async with notify.sessions() as session, session.begin():
        message = (await session.exec(select(Message))).one()
        message.text, message.html = f"Voir {link}, merci", f'<a href="{link}">Voir</a><a href="{link}#2">2</a>'
        await session.exec(text("update alembic_version set version_num = '0012'"))  # type: ignore[call-overload]
    shown = (await notify.call("GET", f"/messages/{message.id}")).json()
    assert (shown["text"], link in shown["html"]) == ("Voir https://…, merci", False)

    await migrations.migrate("notify", notify.settings.database_url.get_secret_value())

    async with notify.sessions() as session:
        kept = (await session.exec(select(Message))).one()
    assert kept.text == "Voir https://…, merci"
    assert kept.html == '<a href="https://…">Voir</a><a href="https://…#2">2</a>'


async def test_a_backup_of_an_earlier_release_takes_no_mark_over_from_what_it_was_restored_over(notify: Notify) -> None:
    async with notify.sessions() as session, session.begin():
        session.add(ActionsToldUntil(stream="NOTIFY", position=7))
        await session.exec(text("update alembic_version set version_num = '0016'"))  # type: ignore[call-overload]

    await migrations.migrate("notify", notify.settings.database_url.get_secret_value())

    async with notify.sessions() as session:
        assert (await session.exec(select(ActionsToldUntil))).all() == []

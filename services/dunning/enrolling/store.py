"""What taking in a receivable reads and writes, in one round trip each: a stream of invoices waits for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, Text, bindparam, insert, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import changes
from chassis.columns import JsonOf
from chassis.outbox import Message
from contracts.receivable import Receivable
from contracts.scenario import Calendar, Scenario
from services.dunning.cases.models import Case
from services.dunning.journal.models import JournalEntry
from services.dunning.rules.domain import Rule

FOUND = text("""
    select policy.calendar, policy.default_scenario,
        coalesce((
            select jsonb_agg(jsonb_build_object('conditions', conditions, 'scenario', scenario) order by position)
            from scenario_rules where organisation = policy.organisation
        ), '[]') as rules,
        coalesce((
            select jsonb_object_agg(key, content || jsonb_build_object('version', version))
            from (
                select distinct on (key) key, version, content from scenario_versions
                where organisation = policy.organisation and status = 'published'
                    and key in (policy.default_scenario, :of_invoice, :of_customer)
                order by key, version desc
            ) as latest
        ), '{}') as published,
        (
            select reason from dunning_exclusions
            where organisation = policy.organisation and lifted_at is null
                and (customer_id = :customer_id or invoice_id = :invoice_id)
            order by invoice_id is null limit 1
        ) as exclusion,
        exists (
            select from cases where organisation = policy.organisation and invoice_id = :invoice_id
        ) as is_known
    from dunning_policies as policy where organisation = :organisation
""").columns(
    calendar=JsonOf(Calendar),
    default_scenario=Text,
    rules=JsonOf(list[Rule]),
    published=JsonOf(dict[str, Scenario]),
    exclusion=Text,
    is_known=Boolean,
)


@dataclass(frozen=True)
class Grounds:
    """What decides on a receivable that has no case, as it is at one instant.

    `published`: the latest version of the default scenario and of those that the receivable names, by key.
    `exclusion`: the reason of the one in force. `is_known`: it has a case after all.
    """

    calendar: Calendar
    default_scenario: str
    rules: Sequence[Rule]
    published: Mapping[str, Scenario]
    exclusion: str | None
    is_known: bool


async def grounds_of(session: AsyncSession, receivable: Receivable) -> Grounds | None:
    """None when the organisation has no policy yet."""
    given = {
        "organisation": receivable.organisation,
        "invoice_id": receivable.invoice_id,
        "customer_id": receivable.customer.customer_id,
        "of_invoice": receivable.scenario,
        "of_customer": receivable.customer.scenario,
    }
    found = (await (await session.connection()).execute(FOUND, given)).one_or_none()
    return Grounds(**found._mapping) if found else None


def _inserted(table: str, *filled_by_the_database: str) -> tuple[str, Sequence[Column[object]]]:
    columns = SQLModel.metadata.tables[table].columns
    return table, [column for column in columns if column.name not in filled_by_the_database]


WRITTEN = (_inserted("cases"), _inserted("decisions", "id"), _inserted("outbox", "position"))
CASE, ENTRY, MESSAGE = (
    insert(SQLModel.metadata.tables[table]).values(
        {column.name: bindparam(f"{table}_{column.name}", type_=column.type) for column in columns}
    )
    for table, columns in WRITTEN
)
UNTOLD = ENTRY.add_cte(CASE.cte("taken_in"))
TOLD = MESSAGE.add_cte(CASE.cte("taken_in"), ENTRY.cte("journalled"))


async def write(session: AsyncSession, case: Case, entry: JournalEntry, message: Message | None) -> None:
    """A new case with the first line of its journal, and what is told of it: all or nothing."""
    rows = (case, entry) if message is None else (case, entry, message)
    values = {
        f"{table}_{column.name}": getattr(row, column.name)
        for row, (table, columns) in zip(rows, WRITTEN, strict=False)
        for column in columns
    }
    await (await session.connection()).execute(UNTOLD if message is None else TOLD, values)
    changes.note(session.sync_session, new=[case, entry])

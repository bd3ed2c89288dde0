"""What bears on contacting a customer, in one round trip: each step of a wave asks for it, some more than once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Interval, Text, text
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.columns import MONEY, JsonOf
from chassis.database import text_enum
from contracts.dunning import CaseState, Circumstances, ClosingReason, Hold

FOUND = text("""
    select cases.scenario, cases.version, cases.run, cases.due_date, cases.state, cases.closing_reason, cases.done,
        policy.staleness, policy.minimum_contact_delay, policy.minimum_balance,
        (
            select reason from dunning_exclusions
            where organisation = cases.organisation and lifted_at is null
                and (customer_id = cases.customer_id or invoice_id = cases.invoice_id)
            order by invoice_id is null limit 1
        ) as excluded,
        coalesce((
            select jsonb_agg(jsonb_build_object('kind', kind, 'until', until, 'note', note) order by placed_at, id)
            from holds where case_id = cases.id and lifted_at is null and (until is null or until > :now)
        ), '[]') as holds,
        (
            select max(at) from contact_claims
            where organisation = cases.organisation and customer_id = cases.customer_id
                and (is_made or invoice_id <> cases.invoice_id)
        ) as last_contact_at
    from cases join dunning_policies as policy using (organisation)
    where organisation = :organisation and invoice_id = :invoice_id
""").columns(
    scenario=Text,
    version=Integer,
    run=Integer,
    due_date=Date,
    state=text_enum(CaseState),
    closing_reason=text_enum(ClosingReason),
    done=JsonOf(tuple[str, ...]),
    staleness=Interval,
    minimum_contact_delay=Interval,
    minimum_balance=MONEY,
    excluded=Text,
    holds=JsonOf(tuple[Hold, ...]),
    last_contact_at=DateTime(timezone=True),
)


async def find(session: AsyncSession, organisation: str, invoice_id: UUID, *, now: datetime) -> Circumstances | None:
    """None when the invoice has no case. One that has run out by `now` holds nothing, even where nobody lifted it yet;
    a step's own claim of a contact binds it only once the contact was made.
    """
    given = {"organisation": organisation, "invoice_id": invoice_id, "now": now}
    found = (await (await session.connection()).execute(FOUND, given)).one_or_none()
    return Circumstances(**found._mapping) if found else None

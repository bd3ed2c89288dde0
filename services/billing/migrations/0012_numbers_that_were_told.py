"""Invoices that a restored database forgot, known by what the bus was told of them: their numbers stay taken."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create table told_until (stream text primary key, position bigint not null)")
    op.execute("""
        create table forgotten_invoices (
            organisation text not null,
            number text not null,
            invoice_id uuid not null,
            customer_id uuid not null,
            series text not null,
            year integer not null,
            sequence integer not null check (sequence > 0),
            issue_date date not null,
            due_date date not null,
            total numeric(15, 2) not null,
            currency text not null,
            found_at timestamptz not null,
            primary key (organisation, number),
            constraint uq_forgotten_invoices_organisation_series_year_sequence
                unique (organisation, series, year, sequence)
        )
    """)
    op.execute("""
        create or replace function refuse_gap() returns trigger language plpgsql as $$
        begin
            if new.last <> old.last + 1 and not (new.last > old.last and exists (
                select from forgotten_invoices
                where (organisation, series, year, sequence) = (new.organisation, new.series, new.year, new.last)
            )) then
                raise exception 'series % of % goes from % to %: expected the next number',
                    old.series, old.year, old.last, new.last using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
    """)

"""The open balance of each due day, kept by movements, so that the aged balance reads days and not invoices."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    move_with_each_receivable()
    op.execute("""
        insert into ageing_days (organisation, currency, due_date, balance, invoices)
        select organisation, currency, due_date, sum(balance), count(*) from receivables
        where status = 'open' group by organisation, currency, due_date
    """)


def create_tables() -> None:
    op.execute("""
        create table ageing_days (
            organisation text not null,
            currency text not null,
            due_date date not null,
            balance numeric(20, 2) not null,
            invoices bigint not null,
            primary key (organisation, currency, due_date)
        )
    """)
    op.execute("create index ix_ageing_days_empty on ageing_days (organisation) where invoices = 0 and balance = 0")
    op.execute("""
        create table ageing_movements (
            position bigint generated always as identity primary key,
            organisation text not null,
            currency text not null,
            due_date date not null,
            balance numeric(20, 2) not null,
            invoices bigint not null
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """)
    op.execute("create index ix_ageing_movements_organisation on ageing_movements (organisation)")


def move_with_each_receivable() -> None:
    """A trigger, so that whatever program changes a receivable moves its day, a version that is replaced included.

    It locks `receivables` against writers until the days are counted: about a second for a million rows.
    """
    op.execute("""
        create function move_ageing() returns trigger language plpgsql as $$
        begin
            if tg_op <> 'INSERT' and old.status = 'open' then
                insert into ageing_movements (organisation, currency, due_date, balance, invoices)
                values (old.organisation, old.currency, old.due_date, -old.balance, -1);
            end if;
            if tg_op <> 'DELETE' and new.status = 'open' then
                insert into ageing_movements (organisation, currency, due_date, balance, invoices)
                values (new.organisation, new.currency, new.due_date, new.balance, 1);
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create trigger receivables_aged_when_new after insert or delete on receivables
        for each row execute function move_ageing()
    """)
    op.execute("""
        create trigger receivables_aged_when_changed after update on receivables
        for each row when (
            (old.organisation, old.currency, old.due_date, old.balance, old.status)
            is distinct from (new.organisation, new.currency, new.due_date, new.balance, new.status)
        ) execute function move_ageing()
    """)

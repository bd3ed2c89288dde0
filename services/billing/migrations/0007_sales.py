"""What was invoiced on each day, kept by movements as open balances are: for the days of sales outstanding."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    move_with_each_receivable()
    op.execute("""
        insert into sales_days (organisation, currency, issue_date, total, invoices)
        select organisation, currency, issue_date, coalesce(sum(total) filter (where status <> 'credited'), 0), count(*)
        from receivables group by organisation, currency, issue_date
    """)


def create_tables() -> None:
    op.execute("""
        create table sales_days (
            organisation text not null,
            currency text not null,
            issue_date date not null,
            total numeric(20, 2) not null,
            invoices bigint not null,
            primary key (organisation, currency, issue_date)
        )
    """)
    op.execute("""
        create table sales_movements (
            position bigint generated always as identity primary key,
            organisation text not null,
            currency text not null,
            issue_date date not null,
            total numeric(20, 2) not null,
            invoices bigint not null
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """)
    op.execute("create index ix_sales_movements_organisation on sales_movements (organisation)")


def move_with_each_receivable() -> None:
    """A trigger, as for the open balances, with its own rows: a version that is replaced counts only those it knows.

    What is credited was no sale; taken back, it is one again.
    """
    op.execute("""
        create function move_sales() returns trigger language plpgsql as $$
        begin
            if tg_op <> 'INSERT' then
                insert into sales_movements (organisation, currency, issue_date, total, invoices)
                values (old.organisation, old.currency, old.issue_date,
                    case when old.status = 'credited' then 0 else -old.total end, -1);
            end if;
            if tg_op <> 'DELETE' then
                insert into sales_movements (organisation, currency, issue_date, total, invoices)
                values (new.organisation, new.currency, new.issue_date,
                    case when new.status = 'credited' then 0 else new.total end, 1);
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create trigger receivables_sold_when_new after insert or delete on receivables
        for each row execute function move_sales()
    """)
    op.execute("""
        create trigger receivables_sold_when_changed after update on receivables
        for each row when (
            (old.organisation, old.currency, old.issue_date, old.total, old.status = 'credited')
            is distinct from (new.organisation, new.currency, new.issue_date, new.total, new.status = 'credited')
        ) execute function move_sales()
    """)

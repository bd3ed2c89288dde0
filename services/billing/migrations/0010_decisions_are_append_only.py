"""Decisions on receivables refuse every statement but that of an erasure, whether it finds rows or not."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create function refuse_change_but_erasing() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and coalesce(current_setting('relance.erasing', true), '') <> '' then
                return null;
            end if;
            raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation', hint = 'write a row that corrects the earlier one';
        end $$
    """)
    op.execute("""
        create trigger receivable_decisions_refused before update or delete on receivable_decisions
        for each statement execute function refuse_change_but_erasing()
    """)

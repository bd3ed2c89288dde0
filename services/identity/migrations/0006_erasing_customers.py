"""The audit lets the values of an erased customer go, and entries that were kept for long enough."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create or replace function refuse_change_of_audit() returns trigger language plpgsql as $$
        begin
            if coalesce(current_setting('relance.erasing', true), '') <> '' then
                if tg_op = 'DELETE' then
                    return old;
                end if;
                if to_jsonb(new) - 'changes' = to_jsonb(old) - 'changes' then
                    return new;
                end if;
            end if;
            raise exception 'an audit entry never changes';
        end $$
    """)

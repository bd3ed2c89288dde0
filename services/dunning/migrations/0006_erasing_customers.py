"""The journal lets a customer be erased, and goes once it has been kept for long enough."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create or replace function refuse_to_change_the_journal() returns trigger language plpgsql as $$
        begin
            if coalesce(current_setting('relance.erasing', true), '') <> '' then
                if tg_op = 'DELETE' then
                    return old;
                end if;
                if to_jsonb(new) - array['detail', 'answers', 'evidence']
                   = to_jsonb(old) - array['detail', 'answers', 'evidence'] then
                    return new;
                end if;
            end if;
            raise exception 'the journal is append-only';
        end $$
    """)

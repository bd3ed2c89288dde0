"""Once the law no longer keeps an accepted quote, who accepted it, from where and with which program is emptied too."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ANSWERS = "'status', 'closed_at', 'refusal_reason', 'acceptance', 'stage'"
WORDS = "'customer_name', 'subject', 'order_reference', 'note', 'lines', 'refusal_reason'"


def upgrade() -> None:
    _keep_sent_quotes(f"{WORDS}, 'acceptance'")


def downgrade() -> None:
    _keep_sent_quotes(WORDS)


def _keep_sent_quotes(words: str) -> None:
    op.execute(f"""
        create or replace function keep_sent_quotes() returns trigger language plpgsql as $$
        begin
            if old.status = 'draft' then
                return new;
            end if;
            if coalesce(current_setting('relance.erasing', true), '') <> ''
                and to_jsonb(new) - array[{words}] = to_jsonb(old) - array[{words}]
                and (old.status in ('refused', 'expired') or old.status = 'accepted'
                    and extract(year from current_setting('relance.erasing')::date)
                        > extract(year from old.closed_at) + 10) then
                return new;
            end if;
            if old.status <> 'sent' or to_jsonb(new) - array[{ANSWERS}] <> to_jsonb(old) - array[{ANSWERS}] then
                raise exception 'quote % was sent: nothing of it changes but the customer''s one answer', old.number;
            end if;
            return new;
        end $$
    """)

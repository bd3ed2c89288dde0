"""Once the law no longer keeps them, reasons of decisions, reversals and refusals can be emptied, and what was refused.

Each table still refuses every other statement, whether it finds rows or not.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ERASING = "coalesce(current_setting('relance.erasing', true), '') <> ''"
IS_OVER = "extract(year from current_setting('relance.erasing')::date) > extract(year from {day}) + 10"
"""Ten years from the end of the accounting year have passed (C. com. L123-22), the calendar year taken for it."""
EMPTIED = {
    "payment_reversals": ("recorded_at", "reason"),
    "payment_refusals": ("refused_at", "reason", "content"),
}
"""Table -> the instant from which its rows are kept, and the columns that are emptied after."""


def upgrade() -> None:
    _keep_decisions(f"(old.kind = 'due_date' or {IS_OVER.format(day='old.decided_at')})")
    op.execute(f"""
        create function keep_as_long_as_the_law() returns trigger language plpgsql as $$
        declare
            emptied text[] := tg_argv[1:];
        begin
            if tg_op = 'UPDATE' and {ERASING}
                and {IS_OVER.format(day="(to_jsonb(old) ->> tg_argv[0])::timestamptz")}
                and to_jsonb(new) - emptied = to_jsonb(old) - emptied then
                return new;
            end if;
            raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation', hint = 'write a row that corrects the earlier one';
        end $$
    """)
    for table, arguments in EMPTIED.items():
        op.execute(f"drop trigger {table}_append_only on {table}")
        op.execute(f"""
            create trigger {table}_append_only before update or delete on {table}
            for each row execute function keep_as_long_as_the_law({", ".join(f"'{each}'" for each in arguments)})
        """)
        op.execute(f"""
            create trigger {table}_refused before update or delete on {table}
            for each statement execute function refuse_change_but_erasing()
        """)
        op.execute(f"""
            create trigger {table}_not_truncated before truncate on {table}
            for each statement execute function refuse_change()
        """)


def downgrade() -> None:
    _keep_decisions("old.kind = 'due_date'")
    for table in EMPTIED:
        for trigger in ("append_only", "refused", "not_truncated"):
            op.execute(f"drop trigger {table}_{trigger} on {table}")
        op.execute(f"""
            create trigger {table}_append_only before update or delete or truncate on {table}
            for each statement execute function refuse_change()
        """)
    op.execute("drop function keep_as_long_as_the_law")


def _keep_decisions(may_be_emptied: str) -> None:
    op.execute(f"""
        create or replace function keep_decisions() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and {ERASING} and {may_be_emptied}
                and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason' then
                return new;
            end if;
            raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation', hint = 'write a row that corrects the earlier one';
        end $$
    """)

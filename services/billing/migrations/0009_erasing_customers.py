"""Customers can be erased; what keeps rows as they were written lets that through, and the law's periods hold."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ERASING = "coalesce(current_setting('relance.erasing', true), '') <> ''"
"""A transaction that erases says so, with the business day on which it does."""
IS_OVER = "extract(year from current_setting('relance.erasing')::date) > extract(year from {day}) + 10"
"""Ten years from the end of the accounting year have passed (C. com. L123-22), the calendar year taken for it."""


ISSUED = "(select issue_date from invoices where id = old.invoice_id)"


def upgrade() -> None:
    op.execute("alter table customers add column erased_at timestamptz")
    op.execute(f"""
        create or replace function keep_what_is_written() returns trigger language plpgsql as $$
        begin
            if {ERASING} and tg_op = 'DELETE' then
                return old;
            end if;
            raise exception '% of % is refused: a comment stays as it was written', lower(tg_op), tg_table_name
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute(f"""
        create or replace function refuse_change_of_issued_invoice() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE'
                and (new.status = old.status or (old.status = 'issued' and new.status = 'credited'))
                and to_jsonb(new) - 'status' = to_jsonb(old) - 'status' then
                return new;
            end if;
            if tg_op = 'UPDATE' and {ERASING} and {IS_OVER.format(day="old.issue_date")}
                and to_jsonb(new) - array['customer_snapshot', 'lines', 'subject', 'note', 'order_reference']
                  = to_jsonb(old) - array['customer_snapshot', 'lines', 'subject', 'note', 'order_reference'] then
                return new;
            end if;
            raise exception 'invoice % is issued: it never changes again', old.number
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute(f"""
        create function keep_issued_documents() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' and {ERASING} and {IS_OVER.format(day=ISSUED)} then
                return old;
            end if;
            raise exception '% of % is refused: issued documents stay as they are', lower(tg_op), tg_table_name
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute("""
        create or replace trigger invoice_documents_frozen before update or delete on invoice_documents
        for each row execute function keep_issued_documents()
    """)
    op.execute(f"""
        create function keep_decisions() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and {ERASING} and old.kind = 'due_date'
                and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason' then
                return new;
            end if;
            raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation', hint = 'write a row that corrects the earlier one';
        end $$
    """)
    op.execute("drop trigger receivable_decisions_append_only on receivable_decisions")
    op.execute("""
        create trigger receivable_decisions_append_only before update or delete on receivable_decisions
        for each row execute function keep_decisions()
    """)
    op.execute("""
        create trigger receivable_decisions_not_truncated before truncate on receivable_decisions
        for each statement execute function refuse_change()
    """)

"""Saved views: what a person wants to find again on a page."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("""
        create table saved_views (
            id uuid primary key,
            user_id uuid not null constraint fk_saved_views_user_id references users (id),
            page text not null,
            name text not null,
            query text not null,
            created_at timestamptz not null,
            changed_at timestamptz not null,
            constraint uq_saved_views_user_id_page_name unique (user_id, page, name)
        )
    """)

"""Texts sent as a test, and the names of those who saved a text."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table trials (
            organisation text not null,
            subject text not null,
            key text not null,
            fingerprint text not null,
            template text not null,
            language varchar(40) not null,
            recipient text not null,
            message_id text not null,
            status varchar(40) not null,
            reason text,
            requested_at timestamptz not null,
            lease_until timestamptz not null,
            primary key (organisation, subject, key)
        )
        """
    )
    op.execute("alter table templates add column updated_by_name text not null default ''")
    op.execute("alter table template_versions add column saved_by_name text not null default ''")


def downgrade() -> None:
    op.execute("alter table template_versions drop column saved_by_name")
    op.execute("alter table templates drop column updated_by_name")
    op.execute("drop table trials")

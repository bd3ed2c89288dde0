"""Every text that was saved."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table template_versions (
            organisation text not null,
            key text not null,
            language varchar(40) not null,
            version integer not null check (version >= 1),
            about text not null,
            subject text not null,
            text text not null,
            html text not null,
            saved_at timestamptz not null,
            saved_by text not null,
            primary key (organisation, key, language, version)
        )
        """
    )
    op.execute(
        """
        insert into template_versions
        select organisation, key, language, 1, about, subject, text, html, updated_at, updated_by from templates
        """
    )


def downgrade() -> None:
    op.execute("drop table template_versions")

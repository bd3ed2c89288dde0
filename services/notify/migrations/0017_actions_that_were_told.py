"""Actions that a restored database forgot, known by what the bus was told of them: they are not done again.

What is there already is not of this database: a backup of an earlier release was restored over it. Its mark would say
that everything was compared.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("drop table if exists forgotten_actions, actions_told_until")
    op.execute("create table actions_told_until (stream text primary key, position bigint not null)")
    op.execute("""
        create table forgotten_actions (
            organisation text not null,
            key text not null,
            status varchar(40) not null,
            at timestamptz not null,
            primary key (organisation, key)
        )
    """)


def downgrade() -> None:
    op.execute("drop table forgotten_actions")
    op.execute("drop table actions_told_until")

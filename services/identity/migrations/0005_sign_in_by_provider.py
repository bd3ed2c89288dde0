"""Sign-ins that were begun at the identity provider."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("""
        create table oidc_authorizations (
            digest text primary key,
            binding text not null,
            nonce text not null,
            verifier text not null,
            redirect_uri text not null,
            carried text not null,
            expires_at timestamptz not null
        )
    """)
    op.execute("create index ix_oidc_authorizations_expires_at on oidc_authorizations (expires_at)")

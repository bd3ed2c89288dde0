"""Organisations, profiles, users, sessions, keys and what is tried against them."""

from alembic import op

from chassis.migrations import create_mechanics

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_mechanics()
    op.execute("""
        create table organisations (
            key text primary key check (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
            name text not null,
            rules jsonb not null,
            creates_users boolean not null,
            created_at timestamptz not null
        )
    """)
    op.execute("""
        create table profiles (
            organisation text not null,
            key text not null,
            names jsonb not null,
            rights jsonb not null,
            fields jsonb not null,
            stages jsonb not null,
            changed_at timestamptz not null,
            primary key (organisation, key),
            check (key <> 'admin')
        )
    """)
    op.execute("""
        create table users (
            id uuid primary key,
            organisation text not null constraint fk_users_organisation references organisations (key),
            email text not null constraint uq_users_email unique check (email = lower(email)),
            name text not null,
            language varchar(40) not null,
            theme varchar(40) not null,
            profile text not null,
            password_hash text,
            password_is_temporary boolean not null,
            oidc_issuer text,
            oidc_subject text,
            is_active boolean not null,
            created_at timestamptz not null,
            changed_at timestamptz not null,
            constraint uq_users_oidc_issuer_oidc_subject unique (oidc_issuer, oidc_subject),
            check ((oidc_issuer is null) = (oidc_subject is null))
        )
    """)
    op.execute("create index ix_users_organisation_created_at_id on users (organisation, created_at, id)")
    op.execute("""
        create table sessions (
            id uuid primary key,
            user_id uuid not null constraint fk_sessions_user_id references users (id),
            digest text not null constraint uq_sessions_digest unique,
            user_agent text not null,
            address text,
            started_at timestamptz not null,
            last_used_at timestamptz not null,
            expires_at timestamptz not null,
            ended_at timestamptz,
            check (expires_at > started_at)
        )
    """)
    op.execute("create index ix_sessions_user_id on sessions (user_id)")
    op.execute("""
        create table signing_keys (
            kid text primary key,
            private text not null,
            public jsonb not null,
            made_at timestamptz not null,
            signs_from timestamptz not null
        )
    """)
    op.execute("""
        create table api_keys (
            id uuid primary key,
            organisation text not null constraint fk_api_keys_organisation references organisations (key),
            name text not null,
            profile text not null,
            rights jsonb,
            hint text not null,
            digest text not null constraint uq_api_keys_digest unique,
            created_by text not null,
            created_at timestamptz not null,
            expires_at timestamptz not null,
            last_used_at timestamptz,
            revoked_at timestamptz,
            check (expires_at > created_at)
        )
    """)
    op.execute("create index ix_api_keys_organisation_created_at_id on api_keys (organisation, created_at, id)")
    op.execute("""
        create table attempts (
            kind varchar(40) not null,
            subject text not null,
            failures integer not null check (failures >= 0),
            last_at timestamptz not null,
            locked_until timestamptz not null,
            primary key (kind, subject)
        )
    """)
    op.execute("""
        create table password_resets (
            id uuid primary key,
            user_id uuid constraint fk_password_resets_user_id references users (id),
            digest text constraint uq_password_resets_digest unique,
            asked_at timestamptz not null,
            expires_at timestamptz not null,
            sent_at timestamptz,
            used_at timestamptz,
            is_invitation boolean not null
        )
    """)
    op.execute("create index ix_password_resets_asked_at on password_resets (asked_at)")

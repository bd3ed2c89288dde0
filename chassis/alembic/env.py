"""Alembic's entry: the one way migrations run, for every service. `chassis.migrations` starts it."""

from alembic import context

from chassis import faults

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    transaction_per_migration=True,
    on_version_apply=lambda **_: faults.reached("migrations: a version applied"),
)
with context.begin_transaction():
    context.run_migrations()

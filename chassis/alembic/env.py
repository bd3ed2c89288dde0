"""Alembic's entry: the one way migrations run, for every service. `chassis.migrations` starts it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

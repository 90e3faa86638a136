"""Runs sharekit's revisions on the connection that `upgrade` hands over."""

from alembic import context

from sharekit.backends.sqlalchemy._upgrade import VERSIONS

context.configure(connection=context.config.attributes["connection"], version_table=VERSIONS)
with context.begin_transaction():
    context.run_migrations()

"""Alembic runs on the connection that is handed over (bot/outages/store.py)."""

from alembic import context

from bot.outages.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()

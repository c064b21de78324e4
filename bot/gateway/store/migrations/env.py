"""Alembic runs on the connection the gateway hands over (bot/gateway/store/storage.py)."""

from alembic import context

from bot.gateway.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()

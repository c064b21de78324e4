"""Alembic runs on the connection that is handed over (bot/events/storage.py)."""

from alembic import context

from bot.events.storage import metadata

# A table of versions of its own: the events may lie in the gateway's database.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata,
    version_table="event_version", render_as_batch=True,
)  # fmt: skip
with context.begin_transaction():
    context.run_migrations()

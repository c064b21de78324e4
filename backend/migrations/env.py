"""Alembic's entry: runs the migrations on the connection that backend.storage hands over."""

from typing import Literal

from alembic import context
from sqlalchemy import TypeDecorator

from backend.tables import Base


def plain_type(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write column types into migrations as the database knows them, so that old ones do not import our code."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_item=plain_type
)
with context.begin_transaction():
    context.run_migrations()

"""What all tables share."""

from __future__ import annotations

from typing import Any, TypeAlias, Unpack

import sqlalchemy as sa

Record: TypeAlias = sa.Row[Unpack[tuple[Any, ...]]]
"""A row of any table or query."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NEW: sa.ColumnElement[str] = sa.literal_column("'new'")
"""In the statement itself and not a parameter, so that partial indexes serve."""

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def key() -> sa.Column[int]:
    return sa.Column("id", BIG, primary_key=True, autoincrement=True)


def conversation_id() -> sa.Column[str]:
    return sa.Column("conversation", sa.String(80), sa.ForeignKey("conversation.id"), nullable=False)

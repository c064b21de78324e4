"""The log of what was heard, in the order it came, and the outages that were found. Times are UTC seconds."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
_NAME = sa.String(200)

event = sa.Table(
    "event",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("key", _NAME, nullable=False, unique=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False, index=True),
    sa.Column("kind", _NAME, nullable=False),
    sa.Column("subject", _NAME, nullable=False),
    sa.Column("value", _NAME, nullable=False),
)
found_outage = sa.Table(
    "found_outage",
    metadata,
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("device", _NAME, nullable=False),
    sa.Column("stage", _NAME, nullable=False, index=True),
    sa.Column("p", sa.Float, nullable=False),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("named_at", sa.Float, nullable=False),
    sa.Column("parent", _NAME),
    sa.Column("merged_into", _NAME),
    sa.Column("restored_at", sa.Float),
    sa.Column("ordered", sa.Boolean, nullable=False),
    sa.Column("notified", sa.Boolean, nullable=False),
    sa.Column("unnamed_since", sa.Float),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("published", sa.Text),
)
outage_step = sa.Table(
    "outage_step",
    metadata,
    sa.Column("outage_id", sa.ForeignKey("found_outage.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("what", _NAME, nullable=False),
    sa.Column("other", _NAME, nullable=False),
)

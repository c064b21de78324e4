"""Cases at the outside desk: which episode is which case there, and how far it has been told."""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.store.tables import metadata

case = sa.Table(
    "outside_case",
    metadata,
    sa.Column("handoff_id", sa.BigInteger, sa.ForeignKey("handoff.id"), primary_key=True),
    sa.Column("conversation", sa.String(80), sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("reference", sa.String(64), unique=True),  # none as long as the desk has not answered
    sa.Column(
        "cursor", sa.Integer, nullable=False, default=0
    ),  # last number that was told; 0: not yet before people
    sa.Column("open", sa.Boolean, nullable=False, default=True),  # the desk still has to hear of it
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
)
sa.Index("ix_outside_case_open", case.c.open, case.c.not_before)

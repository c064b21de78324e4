"""Facts that customers are told unasked, over which outlets they went, and who does not want them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.store.tables.columns import BIG, key, metadata

announcement = sa.Table(
    "announcement",
    metadata,
    key(),
    sa.Column("key", sa.String(64), nullable=False),  # of the fact, as whoever reports it calls it
    sa.Column("about", sa.String(80), nullable=False),  # an account number, or the conversation of a person
    sa.Column("conversation", sa.String(80), sa.ForeignKey("conversation.id")),  # None for an account
    sa.Column("version", sa.Integer, nullable=False),  # a later one takes the place of what is not told yet
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("expires", sa.Double, nullable=False),
    sa.Column(
        "state", sa.String(10), nullable=False, default="new"
    ),  # new, told, untold, expired, superseded
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.UniqueConstraint("key", "about", "version"),
)
sa.Index(
    "ix_announcement_open",
    announcement.c.not_before,
    sqlite_where=sa.text("state = 'new'"),
    postgresql_where=sa.text("state = 'new'"),
)
sa.Index("ix_announcement_about", announcement.c.about)
sa.Index("ix_announcement_conversation", announcement.c.conversation)

telling = sa.Table(
    "telling",
    metadata,
    key(),
    sa.Column("announcement_id", BIG, sa.ForeignKey("announcement.id", ondelete="CASCADE"), nullable=False),
    sa.Column("outlet", sa.String(16), nullable=False),
    sa.Column(
        "addressee", sa.String(80), nullable=False
    ),  # never how to reach them: a conversation, four digits
    sa.Column("state", sa.String(8), nullable=False),  # waiting, told, failed
    sa.Column("at", sa.Double, nullable=False),
    sa.UniqueConstraint("announcement_id", "outlet", "addressee"),  # at most once
)
sa.Index(
    "ix_telling_waiting",
    telling.c.outlet,
    sqlite_where=sa.text("state = 'waiting'"),
    postgresql_where=sa.text("state = 'waiting'"),
)

opt_out = sa.Table(
    "opt_out",
    metadata,
    sa.Column("about", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(24), primary_key=True),  # "" for all
    sa.Column("outlet", sa.String(16), primary_key=True),  # "" for all
    sa.Column("at", sa.Double, nullable=False),
)

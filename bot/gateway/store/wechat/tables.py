"""The channel's own tables in the gateway's database: who is behind a conversation, what was received, what is still
to be delivered, the access tokens, the bound accounts. Times are seconds since the epoch."""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.store.tables import metadata

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _conversation(primary_key: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("conversation.id")
    return sa.Column("conversation", sa.String(80), owner, nullable=False, primary_key=primary_key)


user = sa.Table(
    "wechat_user",
    metadata,
    _conversation(primary_key=True),  # a random name: without this row nothing leads back to the openid
    sa.Column("account", sa.String(16), nullable=False),
    sa.Column("openid", sa.String(64), nullable=False),
    sa.Column("cursor", sa.Integer, nullable=False, default=0),  # last number that is in wechat_piece
    sa.Column("hold_until", sa.Double, nullable=False, default=0.0),  # a request waits to answer passively
    sa.Column("offered", sa.JSON, nullable=False, default=list),  # the options of the newest turn, in order
    sa.Column("quota", sa.Integer, nullable=False, default=0),  # customer-service messages left
    sa.Column("quota_until", sa.Double, nullable=False, default=0.0),
    sa.UniqueConstraint("account", "openid"),
)

received = sa.Table(
    "wechat_received",
    metadata,
    sa.Column("id", _BIG, primary_key=True, autoincrement=True),
    sa.Column("account", sa.String(16), nullable=False),
    _conversation(),
    sa.Column("key", sa.String(70), nullable=False),
    sa.Column("signature", sa.String(40)),
    sa.Column("inbox_id", _BIG, sa.ForeignKey("inbox.id")),
    sa.Column("media_id", sa.Text),  # a picture or a recording that is still to be fetched
    sa.Column(
        "spoken", sa.Boolean, nullable=False, default=False, server_default=sa.false()
    ),  # it is a recording
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("reply", sa.Text),  # what was answered passively; empty: nothing
    sa.Column("at", sa.Double, nullable=False),
    sa.UniqueConstraint("conversation", "key"),
    sa.UniqueConstraint("account", "signature"),
)
sa.Index("ix_wechat_received_at", received.c.at)

piece = sa.Table(
    "wechat_piece",
    metadata,
    sa.Column("id", _BIG, primary_key=True, autoincrement=True),
    _conversation(),
    sa.Column("author", sa.String(8), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, default="new"),  # passive, sent, undelivered, withheld
    sa.Column("code", sa.Integer),  # WeChat's error code
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("at", sa.Double, nullable=False),
    sqlite_autoincrement=True,
)
sa.Index(
    "ix_wechat_piece_open",
    piece.c.conversation,
    piece.c.id,
    sqlite_where=sa.text("state = 'new'"),
    postgresql_where=sa.text("state = 'new'"),
)
sa.Index("ix_wechat_piece_conversation_state", piece.c.conversation, piece.c.state)

token = sa.Table(
    "wechat_token",
    metadata,
    sa.Column("account", sa.String(16), primary_key=True),
    sa.Column("token", sa.Text, nullable=False, default=""),
    sa.Column("until", sa.Double, nullable=False, default=0.0),
    sa.Column("holder", sa.String(36)),
    sa.Column("lease_until", sa.Double, nullable=False, default=0.0),
    sa.Column("forced_at", sa.Double, nullable=False, default=0.0),
)

binding = sa.Table(
    "wechat_binding",
    metadata,
    _conversation(primary_key=True),
    sa.Column("account_no", sa.String(32), primary_key=True),
    sa.Column("alias", sa.String(40), nullable=False, default=""),
    sa.Column("verified_at", sa.Double, nullable=False),
)

visit = sa.Table(
    "wechat_visit",
    metadata,
    sa.Column("state", sa.String(43), primary_key=True),  # of an OAuth redirect, good once
    sa.Column("account", sa.String(16), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)

notice = sa.Table(
    "wechat_notice",
    metadata,
    sa.Column("id", _BIG, primary_key=True, autoincrement=True),
    _conversation(),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("message_id", sa.String(32), index=True),
    sa.Column(
        "state", sa.String(24), nullable=False, default="new"
    ),  # new, sending, sent, success, failed, failed:…, unknown
    sa.Column("code", sa.Integer),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("telling", sa.BigInteger),  # the telling this is, which hears what becomes of it
    sa.Column("fields", sa.JSON),  # None once it is sent, or never will be
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0, server_default="0"),
)

"""What is said, and what follows from it without people.

`inbox` holds what customers sent and is worked off in order; `message` holds what either side sees, numbered without
gaps over both directions (a suppressed one has no number).
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.store.tables.columns import BIG, conversation_id, key, metadata

conversation = sa.Table(
    "conversation",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(8), nullable=False, default="bot"),  # bot, agent
    sa.Column("agent", sa.String(64)),
    sa.Column("version", sa.Integer, nullable=False, default=0),  # counts changes of owner
    sa.Column("last_seq", sa.Integer, nullable=False, default=0),
    sa.Column("read_seq", sa.Integer, nullable=False, default=0),
    sa.Column("session", sa.Integer, nullable=False, default=0),  # the engine starts afresh when it grows
    sa.Column("lane", sa.Integer, nullable=False, default=2),
    sa.Column("turn", BIG),  # the inbox row whose buttons are still valid
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("active_at", sa.Double, nullable=False),
)

inbox = sa.Table(
    "inbox",
    metadata,
    key(),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("message_id", sa.String(200), nullable=False),
    conversation_id(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # text, payload, attachments, hazards, profile
    sa.Column("lane", sa.Integer, nullable=False),  # 0 danger, 1 fault and complaint, 2 the rest
    sa.Column("state", sa.String(8), nullable=False, default="new"),  # new, done, dead
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("holder", sa.String(36)),
    sa.Column("lease_until", sa.Double, nullable=False, default=0.0),
    sa.Column("noticed", sa.Boolean, nullable=False, default=False),
    sa.Column("intent", sa.String(64)),
    sa.Column("confidence", sa.Double),
    sa.Column("received_at", sa.Double, nullable=False),
    sa.Column("finished_at", sa.Double),
    sa.UniqueConstraint("channel", "message_id"),
    sqlite_autoincrement=True,
)
sa.Index(
    "ix_inbox_open",
    inbox.c.conversation,
    inbox.c.id,
    sqlite_where=sa.text("state = 'new'"),
    postgresql_where=sa.text("state = 'new'"),
)

message = sa.Table(
    "message",
    metadata,
    key(),
    conversation_id(),
    sa.Column("seq", sa.Integer),
    sa.Column("key", sa.String(120), nullable=False, unique=True),  # one message per effect, ever
    sa.Column("inbox_id", BIG, sa.ForeignKey("inbox.id")),
    sa.Column("author", sa.String(8), nullable=False),  # customer, bot, agent, system
    sa.Column("agent", sa.String(64)),
    sa.Column("client_id", sa.String(80)),
    sa.Column("body", sa.JSON, nullable=False),  # text, quick_replies, card, image
    sa.Column("state", sa.String(10), nullable=False),  # published, suppressed
    sa.Column("at", sa.Double, nullable=False),
    sa.UniqueConstraint("conversation", "seq"),
    sqlite_autoincrement=True,
)
sa.Index("ix_message_inbox_id", message.c.inbox_id)

button = sa.Table(
    "button",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    conversation_id(),
    sa.Column("turn", BIG, nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)
sa.Index("ix_button_conversation_turn", button.c.conversation, button.c.turn)

submission = sa.Table(
    "submission",
    metadata,
    key(),
    sa.Column("key", sa.String(120), nullable=False, unique=True),
    conversation_id(),
    sa.Column("operation", sa.String(16), nullable=False),  # report_fault, amend_fault, apply, voice, forget
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("follows", sa.String(120)),  # key of the submission whose order this one amends
    sa.Column("urgent", sa.Boolean, nullable=False, default=False),
    sa.Column("state", sa.String(8), nullable=False, default="new"),  # new, done, refused
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("order_no", sa.String(64)),
    sa.Column("created_at", sa.Double, nullable=False),
    sqlite_autoincrement=True,
)
sa.Index("ix_submission_state_not_before", submission.c.state, submission.c.not_before)
sa.Index("ix_submission_conversation", submission.c.conversation)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("conversation", sa.String(80), sa.ForeignKey("conversation.id"), primary_key=True),
    sa.Column("account", sa.String(32), primary_key=True),
    sa.Column("level", sa.String(2), nullable=False),
    sa.Column("source", sa.String(8), nullable=False),  # match, code, app
    sa.Column("verified_at", sa.Double, nullable=False),
    sa.Column("until", sa.Double, nullable=False),
)

code = sa.Table(
    "code",
    metadata,
    key(),
    conversation_id(),
    sa.Column("account", sa.String(64), nullable=False, index=True),  # keyed hashes: what is searched,
    sa.Column("phone", sa.String(64), nullable=False, index=True),  # never what is read
    sa.Column("account_no", sa.String(32), nullable=False),
    sa.Column("salt", sa.String(32), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("used", sa.Boolean, nullable=False, default=False),
    sa.Column("helper", sa.String(40)),  # whom the holder lets act for him by telling the code
    sa.Column("created_at", sa.Double, nullable=False),
)
sa.Index("ix_code_conversation", code.c.conversation)

wrong_try = sa.Table(
    "wrong_try",
    metadata,
    key(),
    conversation_id(),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
)
sa.Index("ix_wrong_try_conversation_at", wrong_try.c.conversation, wrong_try.c.at)

sms = sa.Table(
    "sms",
    metadata,
    key(),
    sa.Column("phone", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, default="new"),  # new, sent, failed
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("until", sa.Double),  # of no use afterwards; None: as long as a code
)

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    conversation_id(),
    sa.Column("mime", sa.String(32), nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("due_at", sa.Double, nullable=False),
    sa.Column("holder", sa.String(36)),
    sa.Column("lease_until", sa.Double, nullable=False),
    sa.Column("ran_at", sa.Double),  # when it last came to its end
    sa.Column("error", sa.String(80)),  # the kind of error that ended it before, the last time it did
    sa.Column("failed_at", sa.Double),
)

heartbeat = sa.Table(
    "heartbeat",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
)

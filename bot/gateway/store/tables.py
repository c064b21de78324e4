"""The gateway's tables. Times are UTC seconds since the epoch; JSON columns hold what docs/protocols.md says.

`inbox` holds what customers sent and is worked off in order; `message` holds what either side sees, numbered without
gaps over both directions (a suppressed one has no number).
"""

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

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _key() -> sa.Column[int]:
    return sa.Column("id", _BIG, primary_key=True, autoincrement=True)


def _conversation() -> sa.Column[str]:
    return sa.Column("conversation", sa.String(80), sa.ForeignKey("conversation.id"), nullable=False)


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
    sa.Column("turn", _BIG),  # the inbox row whose buttons are still valid
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("active_at", sa.Double, nullable=False),
)

inbox = sa.Table(
    "inbox",
    metadata,
    _key(),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("message_id", sa.String(200), nullable=False),
    _conversation(),
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
    _key(),
    _conversation(),
    sa.Column("seq", sa.Integer),
    sa.Column("key", sa.String(120), nullable=False, unique=True),  # one message per effect, ever
    sa.Column("inbox_id", _BIG, sa.ForeignKey("inbox.id")),
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
    _conversation(),
    sa.Column("turn", _BIG, nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)
sa.Index("ix_button_conversation_turn", button.c.conversation, button.c.turn)

submission = sa.Table(
    "submission",
    metadata,
    _key(),
    sa.Column("key", sa.String(120), nullable=False, unique=True),
    _conversation(),
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

handoff = sa.Table(
    "handoff",
    metadata,
    _key(),
    sa.Column("ticket", sa.String(24), nullable=False, unique=True),
    _conversation(),
    sa.Column("state", sa.String(16), nullable=False, default="QUEUED"),  # a name of core.handoff.State
    sa.Column(
        "version", sa.Integer, nullable=False, default=0, server_default="0"
    ),  # counts changes of state
    sa.Column("reason", sa.String(24), nullable=False),
    sa.Column("skill", sa.String(16), nullable=False),
    sa.Column("level", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("elder", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("slots", sa.JSON, nullable=False),
    sa.Column("agent", sa.String(64)),
    sa.Column("last_agent", sa.String(64)),
    sa.Column("since", sa.Double, nullable=False, default=0.0, server_default="0"),  # of this state
    sa.Column("queued_at", sa.Double),  # the place in the line, kept through transfers
    sa.Column("due_at", sa.Double),  # until when somebody has to act
    sa.Column("told_ahead", sa.Integer),  # the place in the line the customer heard last
    sa.Column("told_at", sa.Double, nullable=False, default=0.0, server_default="0"),
    sa.Column("offered_at", sa.Double),  # another way than waiting was offered
    sa.Column("outcome", sa.String(24)),
    sa.Column("created_at", sa.Double, nullable=False),
    sqlite_autoincrement=True,
)
_OPEN = sa.text("state NOT IN ('BOT', 'CLOSED')")
sa.Index("ix_handoff_open", handoff.c.conversation, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
sa.Index("ix_handoff_state_since", handoff.c.state, handoff.c.since)

handoff_event = sa.Table(
    "handoff_event",
    metadata,
    _key(),
    sa.Column("handoff_id", _BIG, sa.ForeignKey("handoff.id"), nullable=False, index=True),
    sa.Column("from_state", sa.String(16), nullable=False),
    sa.Column("to_state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(24), nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("at", sa.Double, nullable=False),
)

agent = sa.Table(
    "agent",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("display", sa.String(40), nullable=False),
    sa.Column("password", sa.String(200), nullable=False),  # argon2id
    sa.Column("totp", sa.String(64)),
    sa.Column("totp_used", sa.BigInteger, nullable=False, default=0),  # the last accepted step: no code twice
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("skills", sa.JSON, nullable=False),
    sa.Column("level", sa.Integer, nullable=False, default=0),
    sa.Column("capacity", sa.Integer, nullable=False, default=3),
    sa.Column("state", sa.String(8), nullable=False, default="offline"),  # online, busy, offline
    sa.Column("seen_at", sa.Double, nullable=False, default=0.0),
    sa.Column("idle_since", sa.Double, nullable=False, default=0.0),
    sa.Column("created_at", sa.Double, nullable=False),
)

note = sa.Table(
    "note",
    metadata,
    _key(),
    _conversation(),
    sa.Column("after_seq", sa.Integer, nullable=False),
    sa.Column("agent", sa.String(64), nullable=False),
    sa.Column("msg_id", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("whisper", sa.Boolean, nullable=False, default=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.UniqueConstraint("agent", "msg_id"),
)
sa.Index("ix_note_conversation", note.c.conversation)

agent_read = sa.Table(
    "agent_read",
    metadata,
    sa.Column("agent", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(80), sa.ForeignKey("conversation.id"), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
)

survey = sa.Table(
    "survey",
    metadata,
    _key(),
    _conversation(),
    sa.Column("handoff_id", _BIG, sa.ForeignKey("handoff.id")),
    sa.Column("agent", sa.String(64)),
    sa.Column("score", sa.Integer),  # 1 to 5, None until it is given
    sa.Column("reason", sa.String(200)),
    sa.Column("asked_at", sa.Double, nullable=False),
    sa.Column("answered_at", sa.Double),
)
sa.Index("ix_survey_conversation", survey.c.conversation)

console_session = sa.Table(
    "console_session",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("agent", sa.String(64), sa.ForeignKey("agent.name"), nullable=False, index=True),
    sa.Column("csrf", sa.String(43), nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("used_at", sa.Double, nullable=False),
)

login_try = sa.Table(
    "login_try",
    metadata,
    _key(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)
sa.Index("ix_login_try_name_at", login_try.c.name, login_try.c.at)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", _BIG, primary_key=True, autoincrement=False),  # without gaps: a missing row shows
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("action", sa.String(24), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False),
    sa.Column("detail", sa.String(200), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

sample = sa.Table(
    "sample",
    metadata,
    _key(),
    sa.Column("handoff_id", _BIG, sa.ForeignKey("handoff.id"), nullable=False, unique=True),
    sa.Column("why", sa.String(8), nullable=False),  # random, risk
    sa.Column("lead", sa.String(64)),
    sa.Column("scores", sa.JSON),
    sa.Column("comment", sa.Text),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("scored_at", sa.Double),
)

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
    _key(),
    _conversation(),
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
    _key(),
    _conversation(),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
)
sa.Index("ix_wrong_try_conversation_at", wrong_try.c.conversation, wrong_try.c.at)

sms = sa.Table(
    "sms",
    metadata,
    _key(),
    sa.Column("phone", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, default="new"),  # new, sent, failed
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False, default=0.0),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("until", sa.Double),  # of no use afterwards; None: as long as a code
)

callback = sa.Table(
    "callback",
    metadata,
    _key(),
    sa.Column("handoff_id", _BIG, sa.ForeignKey("handoff.id"), nullable=False, unique=True),
    _conversation(),
    sa.Column("phone", sa.String(32), nullable=False),
    sa.Column("state", sa.String(8), nullable=False, default="new"),  # new, calling, done
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False),  # while calling: until when the line has it
    sa.Column("created_at", sa.Double, nullable=False),
)
sa.Index("ix_callback_state_not_before", callback.c.state, callback.c.not_before)

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    _conversation(),
    sa.Column("mime", sa.String(32), nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
)

heartbeat = sa.Table(
    "heartbeat",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
)

"""Hand-offs, and the people who answer."""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.store.tables.columns import BIG, conversation_id, key, metadata

handoff = sa.Table(
    "handoff",
    metadata,
    key(),
    sa.Column("ticket", sa.String(24), nullable=False, unique=True),
    conversation_id(),
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
    key(),
    sa.Column("handoff_id", BIG, sa.ForeignKey("handoff.id"), nullable=False, index=True),
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
    key(),
    conversation_id(),
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
    key(),
    conversation_id(),
    sa.Column("handoff_id", BIG, sa.ForeignKey("handoff.id")),
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
    key(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)
sa.Index("ix_login_try_name_at", login_try.c.name, login_try.c.at)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", BIG, primary_key=True, autoincrement=False),  # without gaps: a missing row shows
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
    key(),
    sa.Column("handoff_id", BIG, sa.ForeignKey("handoff.id"), nullable=False, unique=True),
    sa.Column("why", sa.String(8), nullable=False),  # random, risk
    sa.Column("lead", sa.String(64)),
    sa.Column("scores", sa.JSON),
    sa.Column("comment", sa.Text),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("scored_at", sa.Double),
)

callback = sa.Table(
    "callback",
    metadata,
    key(),
    sa.Column("handoff_id", BIG, sa.ForeignKey("handoff.id"), nullable=False, unique=True),
    conversation_id(),
    sa.Column("phone", sa.String(32), nullable=False),
    sa.Column("state", sa.String(8), nullable=False, default="new"),  # new, calling, done
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", sa.Double, nullable=False),  # while calling: until when the line has it
    sa.Column("telling", BIG),  # the fact that is told; None where the customer wants a person
    sa.Column("created_at", sa.Double, nullable=False),
)
sa.Index("ix_callback_state_not_before", callback.c.state, callback.c.not_before)

outside_case = sa.Table(
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
sa.Index("ix_outside_case_open", outside_case.c.open, outside_case.c.not_before)

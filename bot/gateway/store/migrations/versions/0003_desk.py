"""People behind the bot: the whole hand-off, agents and their sessions, notes, surveys, samples and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("state NOT IN ('BOT', 'CLOSED')")
_APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display", sa.String(length=40), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("totp", sa.String(length=64), nullable=True),
        sa.Column("totp_used", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("idle_since", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_agent")),
    )
    op.create_table(
        "audit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "login_try",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_try")),
    )
    with op.batch_alter_table("login_try") as batch_op:
        batch_op.create_index("ix_login_try_name_at", ["name", "at"], unique=False)

    op.create_table(
        "agent_read",
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_agent_read_conversation")
        ),
        sa.PrimaryKeyConstraint("agent", "conversation", name=op.f("pk_agent_read")),
    )
    op.create_table(
        "console_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agent.name"], name=op.f("fk_console_session_agent")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_console_session")),
    )
    with op.batch_alter_table("console_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_console_session_agent"), ["agent"], unique=False)

    op.create_table(
        "note",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("msg_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("whisper", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversation.id"], name=op.f("fk_note_conversation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("agent", "msg_id", name=op.f("uq_note_agent_msg_id")),
    )
    with op.batch_alter_table("note") as batch_op:
        batch_op.create_index("ix_note_conversation", ["conversation"], unique=False)

    op.create_table(
        "sample",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("handoff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("lead", sa.String(length=64), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("scored_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_sample_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        sa.UniqueConstraint("handoff_id", name=op.f("uq_sample_handoff_id")),
    )
    op.create_table(
        "survey",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("handoff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["conversation"], ["conversation.id"], name=op.f("fk_survey_conversation")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_survey_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )
    with op.batch_alter_table("survey") as batch_op:
        batch_op.create_index("ix_survey_conversation", ["conversation"], unique=False)

    _widen_handoff()
    op.drop_table("presence")
    for change in ("update", "delete"):
        for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(change))


def _widen_handoff() -> None:
    """SQLite copies a table to change it, which rows that point at it would forbid: they step aside meanwhile."""
    op.drop_index("ix_handoff_open", "handoff")
    op.execute("CREATE TEMPORARY TABLE kept_event AS SELECT * FROM handoff_event")
    op.execute("DELETE FROM handoff_event")
    with op.batch_alter_table("handoff", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("level", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("elder", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("last_agent", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("since", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("queued_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("due_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("told_ahead", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("told_at", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("offered_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=24), nullable=True))
        batch_op.alter_column(
            "state", existing_type=sa.VARCHAR(length=8), type_=sa.String(length=16), existing_nullable=False
        )
        batch_op.create_index("ix_handoff_state_since", ["state", "since"], unique=False)

    with op.batch_alter_table("handoff_event") as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch_op.alter_column(
            "from_state",
            existing_type=sa.VARCHAR(length=8),
            type_=sa.String(length=16),
            existing_nullable=False,
        )
        batch_op.alter_column(
            "to_state",
            existing_type=sa.VARCHAR(length=8),
            type_=sa.String(length=16),
            existing_nullable=False,
        )
    op.execute(
        "INSERT INTO handoff_event (id, handoff_id, from_state, to_state, reason, actor, at) "
        "SELECT id, handoff_id, from_state, to_state, reason, actor, at FROM kept_event"
    )
    op.execute("DROP TABLE kept_event")
    op.execute("UPDATE handoff SET since = created_at, queued_at = created_at")
    op.create_index(
        "ix_handoff_open",
        "handoff",
        ["conversation"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    raise RuntimeError("the hand-off's history does not fit the older tables")

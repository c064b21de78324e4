"""Calls back by telephone; text messages that are of use longer than a code; consent by a code."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sms", sa.Column("until", sa.Double(), nullable=True))
    op.add_column("code", sa.Column("helper", sa.String(length=40), nullable=True))
    op.create_table(
        "callback",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("handoff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_callback_handoff_id_handoff")),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_callback_conversation_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("handoff_id", name=op.f("uq_callback_handoff_id")),
    )
    op.create_index("ix_callback_state_not_before", "callback", ["state", "not_before"])


def downgrade() -> None:
    op.drop_table("callback")
    op.drop_column("code", "helper")
    op.drop_column("sms", "until")

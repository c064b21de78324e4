"""What was heard, and the outages found."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.String(200)


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("value", NAME, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_event_seen_at"), "event", ["seen_at"], unique=False)
    op.create_table(
        "found_outage",
        sa.Column("id", NAME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("device", NAME, nullable=False),
        sa.Column("stage", NAME, nullable=False),
        sa.Column("p", sa.Float(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("named_at", sa.Float(), nullable=False),
        sa.Column("parent", NAME, nullable=True),
        sa.Column("merged_into", NAME, nullable=True),
        sa.Column("restored_at", sa.Float(), nullable=True),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("notified", sa.Boolean(), nullable=False),
        sa.Column("unnamed_since", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_found_outage_stage"), "found_outage", ["stage"], unique=False)
    op.create_table(
        "outage_step",
        sa.Column("outage_id", NAME, sa.ForeignKey("found_outage.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("what", NAME, nullable=False),
        sa.Column("other", NAME, nullable=False),
        sa.PrimaryKeyConstraint("outage_id", "place"),
    )


def downgrade() -> None:
    for name in ("outage_step", "found_outage", "event"):
        op.drop_table(name)

"""The network below the feeders, and outages found in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("parent", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kva", sa.Integer(), nullable=True),
        sa.Column("telemetry", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(), nullable=True),
        sa.Column("valid_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_devices_id"), "devices", ["id"], unique=False)
    op.add_column("outages", sa.Column("certainty", TEXT, nullable=False, server_default="confirmed"))
    op.add_column("outages", sa.Column("device", TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("outages", "device")
    op.drop_column("outages", "certainty")
    op.drop_table("devices")

"""Jobs that one gateway does for all."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("ran_at", sa.Double(), nullable=True),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.Column("failed_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )


def downgrade() -> None:
    op.drop_table("job")

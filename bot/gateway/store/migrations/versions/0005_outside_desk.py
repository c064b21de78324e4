"""Cases at a desk outside of GridCare."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outside_case",
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_outside_case_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_outside_case_conversation_conversation")
        ),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_outside_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_outside_case_reference")),
    )
    op.create_index("ix_outside_case_open", "outside_case", ["open", "not_before"])


def downgrade() -> None:
    op.drop_table("outside_case")

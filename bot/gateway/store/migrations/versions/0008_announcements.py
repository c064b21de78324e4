"""Facts told to customers unasked, over any outlet; WeChat's notices wait in the database until they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_announcement_conversation_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("key", "about", "version", name=op.f("uq_announcement_key_about_version")),
    )
    new, waiting = sa.text("state = 'new'"), sa.text("state = 'waiting'")
    op.create_index(
        "ix_announcement_open", "announcement", ["not_before"], sqlite_where=new, postgresql_where=new
    )
    op.create_index("ix_announcement_about", "announcement", ["about"])
    op.create_index("ix_announcement_conversation", "announcement", ["conversation"])
    op.create_table(
        "telling",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("announcement_id", _BIG, nullable=False),
        sa.Column("outlet", sa.String(length=16), nullable=False),
        sa.Column("addressee", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], ondelete="CASCADE",
            name=op.f("fk_telling_announcement_id_announcement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling")),
        sa.UniqueConstraint(
            "announcement_id", "outlet", "addressee", name=op.f("uq_telling_announcement_id_outlet_addressee")
        ),
    )  # fmt: skip
    op.create_index(
        "ix_telling_waiting", "telling", ["outlet"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "opt_out",
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("outlet", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("about", "kind", "outlet", name=op.f("pk_opt_out")),
    )
    op.add_column("wechat_notice", sa.Column("telling", sa.BigInteger(), nullable=True))
    op.add_column("wechat_notice", sa.Column("fields", sa.JSON(), nullable=True))
    op.add_column("wechat_notice", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("wechat_notice", sa.Column("not_before", sa.Double(), server_default="0", nullable=False))
    # What an earlier version had begun and not ended: whether it was sent nobody knows, so it is not sent again.
    op.execute("UPDATE wechat_notice SET state = 'unknown' WHERE state = 'new'")


def downgrade() -> None:
    for name in ("not_before", "attempts", "fields", "telling"):
        op.drop_column("wechat_notice", name)
    for name in ("opt_out", "telling", "announcement"):
        op.drop_table(name)

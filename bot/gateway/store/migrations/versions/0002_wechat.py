"""The tables of the WeChat channel."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_token",
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("forced_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_wechat_token")),
    )
    op.create_table(
        "wechat_visit",
        sa.Column("state", sa.String(length=43), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_wechat_visit")),
    )
    op.create_table(
        "wechat_binding",
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("account_no", sa.String(length=32), nullable=False),
        sa.Column("alias", sa.String(length=40), nullable=False),
        sa.Column("verified_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_wechat_binding_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", "account_no", name=op.f("pk_wechat_binding")),
    )
    op.create_table(
        "wechat_notice",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_wechat_notice_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_wechat_notice_key")),
    )
    op.create_index(op.f("ix_wechat_notice_message_id"), "wechat_notice", ["message_id"], unique=False)
    op.create_table(
        "wechat_piece",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_wechat_piece_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_piece")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_wechat_piece_conversation_state", "wechat_piece", ["conversation", "state"], unique=False
    )
    op.create_index(
        "ix_wechat_piece_open",
        "wechat_piece",
        ["conversation", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "wechat_user",
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("hold_until", sa.Double(), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("quota_until", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_wechat_user_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_wechat_user")),
        sa.UniqueConstraint("account", "openid", name=op.f("uq_wechat_user_account_openid")),
    )
    op.create_table(
        "wechat_received",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=70), nullable=False),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("inbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("media_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_wechat_received_conversation")
        ),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_wechat_received_inbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_received")),
        sa.UniqueConstraint("account", "signature", name=op.f("uq_wechat_received_account_signature")),
        sa.UniqueConstraint("conversation", "key", name=op.f("uq_wechat_received_conversation_key")),
    )
    op.create_index("ix_wechat_received_at", "wechat_received", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_wechat_received_at", table_name="wechat_received")
    op.drop_table("wechat_received")
    op.drop_table("wechat_user")
    op.drop_index(
        "ix_wechat_piece_open",
        table_name="wechat_piece",
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.drop_index("ix_wechat_piece_conversation_state", table_name="wechat_piece")
    op.drop_table("wechat_piece")
    op.drop_index(op.f("ix_wechat_notice_message_id"), table_name="wechat_notice")
    op.drop_table("wechat_notice")
    op.drop_table("wechat_binding")
    op.drop_table("wechat_visit")
    op.drop_table("wechat_token")

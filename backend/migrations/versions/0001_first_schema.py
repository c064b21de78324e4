"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "crews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("county", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_customers_phone"), "customers", ["phone"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "outages",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("county", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.Column("announced_at", sa.DateTime(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("eta", sa.DateTime(), nullable=True),
        sa.Column("eta_source", sa.String(length=200), nullable=True),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(length=200), nullable=False),
        sa.Column("crew", sa.String(length=200), nullable=True),
        sa.Column("next_update_at", sa.DateTime(), nullable=True),
        sa.Column("feeder", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_outages_county"), "outages", ["county"], unique=False)
    op.create_index(op.f("ix_outages_status"), "outages", ["status"], unique=False)
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("county", sa.String(length=200), nullable=False),
        sa.Column("town", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "substations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("county", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_no", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("price_class", sa.String(length=200), nullable=False),
        sa.Column("prepaid", sa.Boolean(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("cut_off", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["places.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_no"),
    )
    op.create_index(op.f("ix_accounts_customer_id"), "accounts", ["customer_id"], unique=False)
    op.create_table(
        "feeders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("substation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["substation_id"],
            ["substations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "work_orders",
        sa.Column("order_no", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("business", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("urgency", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("commitment", sa.String(length=200), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("crew", sa.String(length=200), nullable=True),
        sa.Column("outage_id", sa.String(length=200), nullable=True),
        sa.Column("account_no", sa.String(length=200), nullable=True),
        sa.Column("conversation", sa.String(length=200), nullable=False),
        sa.Column("address_key", sa.String(length=200), nullable=True),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("urged_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outage_id"],
            ["outages.id"],
        ),
        sa.PrimaryKeyConstraint("order_no"),
    )
    op.create_index(op.f("ix_work_orders_account_no"), "work_orders", ["account_no"], unique=False)
    op.create_index(op.f("ix_work_orders_address_key"), "work_orders", ["address_key"], unique=False)
    op.create_index(op.f("ix_work_orders_conversation"), "work_orders", ["conversation"], unique=False)
    op.create_index("ix_work_orders_open", "work_orders", ["open", "crew"], unique=False)
    op.create_table(
        "applications",
        sa.Column("order_no", sa.String(length=200), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("missing_documents", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_no"],
            ["work_orders.order_no"],
        ),
        sa.PrimaryKeyConstraint("order_no"),
    )
    op.create_table(
        "bills",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("opening_reading", sa.BigInteger(), nullable=False),
        sa.Column("closing_reading", sa.BigInteger(), nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("kwh", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("adjustments", sa.JSON(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("tariff_id", sa.String(length=200), nullable=False),
        sa.Column("tariff_version", sa.String(length=200), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "month"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_usage",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kwh", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fault_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.String(length=200), nullable=False),
        sa.Column("conversation", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_no"],
            ["work_orders.order_no"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_fault_reports_conversation"), "fault_reports", ["conversation"], unique=False)
    op.create_index(op.f("ix_fault_reports_order_no"), "fault_reports", ["order_no"], unique=False)
    op.create_table(
        "order_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_no"],
            ["work_orders.order_no"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_notes_order_no"), "order_notes", ["order_no"], unique=False)
    op.create_table(
        "order_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_no"],
            ["work_orders.order_no"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_steps_order_no"), "order_steps", ["order_no"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("paid_at", sa.DateTime(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_payments_account_id"), "payments", ["account_id"], unique=False)
    op.create_table(
        "transformers",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("feeder_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["feeder_id"],
            ["feeders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["places.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_transformers_feeder_id"), "transformers", ["feeder_id"], unique=False)
    op.create_index(op.f("ix_transformers_place_id"), "transformers", ["place_id"], unique=False)
    op.create_table(
        "voices",
        sa.Column("order_no", sa.String(length=200), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_no"],
            ["work_orders.order_no"],
        ),
        sa.PrimaryKeyConstraint("order_no"),
    )
    op.create_table(
        "meters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_no", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("transformer_id", sa.String(length=200), nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["transformer_id"],
            ["transformers.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id"),
        sa.UniqueConstraint("meter_no"),
    )
    op.create_index(op.f("ix_meters_transformer_id"), "meters", ["transformer_id"], unique=False)
    op.create_table(
        "outage_transformers",
        sa.Column("outage_id", sa.String(length=200), nullable=False),
        sa.Column("transformer_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"],
            ["outages.id"],
        ),
        sa.ForeignKeyConstraint(
            ["transformer_id"],
            ["transformers.id"],
        ),
        sa.PrimaryKeyConstraint("outage_id", "transformer_id"),
    )
    op.create_index(
        op.f("ix_outage_transformers_transformer_id"), "outage_transformers", ["transformer_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_outage_transformers_transformer_id"), table_name="outage_transformers")
    op.drop_table("outage_transformers")
    op.drop_index(op.f("ix_meters_transformer_id"), table_name="meters")
    op.drop_table("meters")
    op.drop_table("voices")
    op.drop_index(op.f("ix_transformers_place_id"), table_name="transformers")
    op.drop_index(op.f("ix_transformers_feeder_id"), table_name="transformers")
    op.drop_table("transformers")
    op.drop_index(op.f("ix_payments_account_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index(op.f("ix_order_steps_order_no"), table_name="order_steps")
    op.drop_table("order_steps")
    op.drop_index(op.f("ix_order_notes_order_no"), table_name="order_notes")
    op.drop_table("order_notes")
    op.drop_index(op.f("ix_fault_reports_order_no"), table_name="fault_reports")
    op.drop_index(op.f("ix_fault_reports_conversation"), table_name="fault_reports")
    op.drop_table("fault_reports")
    op.drop_table("daily_usage")
    op.drop_table("bills")
    op.drop_table("applications")
    op.drop_index("ix_work_orders_open", table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_conversation"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_address_key"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_account_no"), table_name="work_orders")
    op.drop_table("work_orders")
    op.drop_table("feeders")
    op.drop_index(op.f("ix_accounts_customer_id"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("substations")
    op.drop_table("places")
    op.drop_index(op.f("ix_outages_status"), table_name="outages")
    op.drop_index(op.f("ix_outages_county"), table_name="outages")
    op.drop_table("outages")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_customers_phone"), table_name="customers")
    op.drop_table("customers")
    op.drop_table("crews")
    op.drop_table("counters")

"""Conversations, applications and events.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), index=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("agency", sa.String(64)),
        sa.Column("holder", sa.String(16), nullable=False),
        sa.Column("context", sa.LargeBinary, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "conversation",
            sa.String(32),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("nonce", sa.String(64)),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("decision", sa.String(16)),
        sa.Column("life_events", sa.JSON, nullable=False),
        sa.Column("answers", sa.Integer),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("conversation", "number", name="uq_turns_conversation_number"),
        sa.UniqueConstraint("conversation", "nonce", name="uq_turns_conversation_nonce"),
    )
    op.create_table(
        "applications",
        sa.Column("reference", sa.String(32), primary_key=True),
        sa.Column("access_hash", sa.String(64), nullable=False),
        sa.Column("idempotency_key", sa.String(128), unique=True),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(32), index=True),
        sa.Column("service", sa.String(64), nullable=False, index=True),
        sa.Column("agency", sa.String(64), nullable=False, index=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("answers", sa.LargeBinary, nullable=False),
        sa.Column("consent", sa.LargeBinary, nullable=False),
        sa.Column("access_code", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(32), nullable=False, index=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("agency_id", sa.String(64)),
        sa.Column("agency_reference", sa.String(64)),
        sa.Column("message", sa.Text),
        sa.Column("next", sa.Text),
        sa.Column("expected_by", sa.Date),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False, index=True),
        sa.Column("checked_at", MOMENT, nullable=False),
    )
    op.create_table(
        "application_changes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "reference",
            sa.String(32),
            sa.ForeignKey("applications.reference", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("agency", sa.String(64), nullable=False),
        sa.Column("webhook", sa.String(128), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("agency", "webhook", name="uq_webhooks_agency_webhook"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(40), nullable=False, index=True),
        sa.Column("subject", sa.String(64), index=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
    )


def downgrade() -> None:
    """Takes them away."""
    for table in ("events", "webhooks", "application_changes", "applications", "turns", "conversations"):
        op.drop_table(table)

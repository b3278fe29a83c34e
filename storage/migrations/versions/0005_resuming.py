"""A conversation can be opened on another device: its key, and the tokens of those devices.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column and the table."""
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("key_hash", sa.String(64)))
    op.create_table(
        "conversation_tokens",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_conversation_tokens_conversation", "conversation_tokens", ["conversation"])


def downgrade() -> None:
    """Takes both away."""
    op.drop_table("conversation_tokens")
    with op.batch_alter_table("conversations") as table:
        table.drop_column("key_hash")

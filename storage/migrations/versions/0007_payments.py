"""Payments of applications.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "payments",
        sa.Column(
            "reference",
            sa.String(32),
            sa.ForeignKey("applications.reference", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("what", sa.String(2000), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True)),
        sa.Column("receipt", sa.String(200)),
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("payments")

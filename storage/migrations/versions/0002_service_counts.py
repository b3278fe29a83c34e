"""What agencies report of their services, by quarter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "service_counts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False, index=True),
        sa.Column("digital", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("service", "quarter", name="uq_service_counts_service_quarter"),
    )


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("service_counts")

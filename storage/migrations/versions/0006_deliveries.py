"""Deliveries: when an application's turn is, what it waits for, what stands in its way; documents; information.

Revision: 0006
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INDEXED = ("together", "due_at", "trouble")
TABLES = ("application_waits", "application_information", "documents")


def _columns() -> tuple[sa.Column[Any], ...]:
    # Made anew each time: a column belongs to the one table that it was put into.
    return (
        sa.Column("together", sa.String(32)),
        sa.Column("acting", sa.LargeBinary),
        sa.Column("wanted", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("due_at", MOMENT),
        sa.Column("round", sa.Integer, nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failing_since", MOMENT),
        sa.Column("sending_until", MOMENT),
        sa.Column("reason", sa.Text),
        sa.Column("withdrawing", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("trouble", sa.String(32)),
        sa.Column("trouble_at", MOMENT),
        sa.Column("settled_at", MOMENT),
        sa.Column("email", sa.LargeBinary),
        sa.Column("told", sa.Integer, nullable=False, server_default="0"),
    )


def upgrade() -> None:
    """Adds the columns and tables. What the last release had under way is due at once."""
    with op.batch_alter_table("applications") as table:
        for column in _columns():
            table.add_column(column)
        for name in INDEXED:
            table.create_index(f"ix_applications_{name}", [name])
    # Whether a call was made for it is not known, so it counts as one that was.
    op.execute("UPDATE applications SET due_at = created_at, tries = 1 WHERE state = 'submitted'")
    op.create_table(
        "application_waits",
        sa.Column("reference", sa.String(32), sa.ForeignKey("applications.reference", ondelete="CASCADE")),
        sa.Column("other", sa.String(32), nullable=False, index=True),
        sa.PrimaryKeyConstraint("reference", "other"),
    )
    op.create_table(
        "application_information",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column(
            "reference",
            sa.String(32),
            sa.ForeignKey("applications.reference", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("answers", sa.LargeBinary, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(128), nullable=False, index=True),
        sa.Column("fact", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False, index=True),
    )


def downgrade() -> None:
    """Takes them away again, with what is in them."""
    for name in reversed(TABLES):
        op.drop_table(name)
    with op.batch_alter_table("applications") as table:
        for name in INDEXED:
            table.drop_index(f"ix_applications_{name}")
        for column in reversed(_columns()):
            table.drop_column(column.name)

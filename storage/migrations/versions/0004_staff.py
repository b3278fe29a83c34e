"""Staff: advisers, teams, handovers, and what belongs to them.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

TABLES = (
    "advisers",
    "desk_sessions",
    "teams",
    "handovers",
    "desk_notes",
    "desk_looks",
    "desk_log",
    "written_answers",
    "switches",
    "corrections",
    "desk_reviews",
    "desk_outbox",
    "emergency_notices",
)


def upgrade() -> None:
    """Makes the tables, and says on each conversation who has it."""
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("adviser", sa.String(32)))
    op.create_table(
        "advisers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("login", sa.String(120), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("teams", sa.JSON, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("skills", sa.JSON, nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("subject", sa.String(200), unique=True),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_desk", sa.Boolean, nullable=False),
        sa.Column("token_hash", sa.String(64), unique=True),
        sa.Column("webhook", sa.LargeBinary),
        sa.Column("presence", sa.String(16), nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column(
            "adviser", sa.String(32), sa.ForeignKey("advisers.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("agency", sa.String(64), index=True),
        sa.Column("hours", sa.JSON, nullable=False),
        sa.Column("region", sa.String(8)),
        sa.Column("on_holidays", sa.Boolean, nullable=False),
        sa.Column("overflow", sa.String(64)),
        sa.Column("overflow_minutes", sa.Integer, nullable=False),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "conversation",
            sa.String(32),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("open", sa.Integer),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("team", sa.String(64), nullable=False, index=True),
        sa.Column("agency", sa.String(64)),
        sa.Column("life_event", sa.String(64)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("adviser", sa.String(32), index=True),
        sa.Column("detail", sa.LargeBinary),
        sa.Column("passing_to", sa.String(64)),
        sa.Column("answered_at", MOMENT),
        sa.Column("asked_at", MOMENT, nullable=False, index=True),
        sa.Column("taken_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended", sa.String(32)),
        sa.UniqueConstraint("conversation", "open", name="uq_handovers_conversation_open"),
    )
    op.create_table(
        "desk_notes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "conversation",
            sa.String(32),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("adviser", sa.String(32), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "desk_looks",
        sa.Column(
            "conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("adviser", sa.String(32), sa.ForeignKey("advisers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "desk_log",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("adviser", sa.String(32), nullable=False, index=True),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), index=True),
    )
    op.create_table(
        "written_answers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("en", sa.String(2000), nullable=False),
        sa.Column("mi", sa.String(2000)),
        sa.Column("agency", sa.String(64)),
        sa.Column("life_event", sa.String(64)),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("source", sa.String(500), nullable=False),
        sa.Column("review_on", sa.Date, nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "switches",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("adviser", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("was", sa.String(64)),
        sa.Column("right", sa.String(64)),
        sa.Column("adviser", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("reviewer", sa.String(32)),
        sa.Column("reviewed_at", MOMENT),
    )
    op.create_table(
        "desk_reviews",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "handover", sa.Integer, sa.ForeignKey("handovers.id", ondelete="CASCADE"), nullable=False, unique=True
        ),
        sa.Column("reviewer", sa.String(32)),
        sa.Column("marks", sa.JSON, nullable=False),
        sa.Column("text", sa.LargeBinary),
        sa.Column("sampled_at", MOMENT, nullable=False),
        sa.Column("reviewed_at", MOMENT),
    )
    op.create_table(
        "desk_outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "adviser", sa.String(32), sa.ForeignKey("advisers.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("handover", sa.Integer, nullable=False, index=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False, index=True),
        sa.Column("done_at", MOMENT),
        sa.Column("given_up", sa.Boolean, nullable=False),
    )
    op.create_table(
        "emergency_notices",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("en", sa.String(500), nullable=False),
        sa.Column("mi", sa.String(500)),
        sa.Column("link", sa.String(500)),
        sa.Column("since", MOMENT, nullable=False, index=True),
        sa.Column("until", MOMENT),
        sa.Column("adviser", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """Takes them away."""
    for name in reversed(TABLES):
        op.drop_table(name)
    with op.batch_alter_table("conversations") as table:
        table.drop_column("adviser")

"""Models are chosen in the app: what was chosen, what workers are asked about models, and what was spent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workers", sa.Column("problem", sa.Text))
    op.create_table(
        "model_settings",
        sa.Column("id", sa.SmallInteger, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("keys", JSONB, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("id = 1", name="model_settings_one_check"),
    )
    op.create_table(
        "model_questions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("progress", JSONB),
        sa.Column("answer", JSONB),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index(
        "model_questions_open_idx", "model_questions", ["created_at"], postgresql_where=sa.text("taken_at IS NULL")
    )
    op.create_table(
        "spending",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("roadmap_id", sa.Uuid, primary_key=True),
        sa.Column("author", sa.Text, primary_key=True),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=False),
        sa.Column("unpriced_calls", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("spending")
    op.drop_table("model_questions")
    op.drop_table("model_settings")
    op.drop_column("workers", "problem")

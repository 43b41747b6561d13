"""What model calls cost, which prompt wrote an artefact, and the raw answers that could not be used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ARTEFACTS = ("tutorials", "resources", "quizzes")


def upgrade() -> None:
    for table in ARTEFACTS:
        op.add_column(table, sa.Column("prompt", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("usage", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("tasks", sa.Column("calls", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("tasks", sa.Column("unpriced_calls", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "raw_answers",
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("concept_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmaps.id"], name=op.f("raw_answers_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roadmap_id", "concept_id", "kind", name=op.f("raw_answers_pkey")),
    )
    op.create_index("raw_answers_age_idx", "raw_answers", ["created_at"])


def downgrade() -> None:
    op.drop_table("raw_answers")
    op.drop_column("tasks", "unpriced_calls")
    op.drop_column("tasks", "calls")
    for table in ARTEFACTS:
        op.drop_column(table, "usage")
        op.drop_column(table, "prompt")

"""Revisions of outlines, what a learner asks of a task, the mark of a learned concept, and the trash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("roadmaps", sa.Column("revision", sa.Integer(), nullable=True))
    op.add_column("roadmaps", sa.Column("last_revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("roadmaps", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "roadmaps_deleted_idx", "roadmaps", ["deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.add_column("concepts", sa.Column("instructions", JSONB, nullable=True))
    op.add_column("concepts", sa.Column("learned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("feedback", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("returns_to", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("scope", JSONB, nullable=True))
    op.add_column("tasks", sa.Column("prioritised", JSONB, server_default="[]", nullable=False))
    op.drop_constraint(op.f("tasks_kind_check"), "tasks", type_="check")
    op.create_check_constraint(op.f("tasks_kind_check"), "tasks", "kind IN ('draft', 'revise', 'content')")
    op.create_table(
        "revisions",
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outline", JSONB, nullable=False),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("operations", JSONB, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('drafted', 'edited', 'revised')", name=op.f("revisions_kind_check")),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmaps.id"], name=op.f("revisions_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roadmap_id", "number", name=op.f("revisions_pkey")),
    )
    op.execute("""
        INSERT INTO revisions (roadmap_id, number, kind, outline)
        SELECT id, 1, 'drafted', framework_data FROM roadmaps WHERE framework_data IS NOT NULL
    """)
    op.execute("UPDATE roadmaps SET revision = 1, last_revision = 1 WHERE framework_data IS NOT NULL")


def downgrade() -> None:
    op.execute("""
        UPDATE tasks SET status = 'completed',
            kind = CASE WHEN returns_to = 'awaiting_review' THEN 'draft' ELSE 'content' END
        WHERE kind = 'revise'
    """)
    op.drop_table("revisions")
    op.drop_constraint(op.f("tasks_kind_check"), "tasks", type_="check")
    op.create_check_constraint(op.f("tasks_kind_check"), "tasks", "kind IN ('draft', 'content')")
    for column in ("prioritised", "scope", "returns_to", "feedback"):
        op.drop_column("tasks", column)
    op.drop_column("concepts", "learned_at")
    op.drop_column("concepts", "instructions")
    op.drop_index("roadmaps_deleted_idx", "roadmaps")
    for column in ("deleted_at", "last_revision", "revision"):
        op.drop_column("roadmaps", column)

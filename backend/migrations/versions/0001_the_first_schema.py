"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("workers_pkey")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "roadmaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("framework_data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("auto_approve", sa.Boolean(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("roadmaps_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("roadmaps_pkey")),
    )
    op.create_index("roadmaps_newest_idx", "roadmaps", ["user_id", sa.literal_column("id DESC")], unique=False)
    op.create_table(
        "concepts",
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("concept_id", sa.Text(), nullable=False),
        sa.Column("tutorial_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("resources_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("quiz_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("tutorial_id", sa.Uuid(), nullable=True),
        sa.Column("resources_id", sa.Uuid(), nullable=True),
        sa.Column("quiz_id", sa.Uuid(), nullable=True),
        sa.Column("content_summary", sa.Text(), nullable=True),
        sa.Column("resources_count", sa.SmallInteger(), nullable=True),
        sa.Column("quiz_questions_count", sa.SmallInteger(), nullable=True),
        sa.Column("failures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "quiz_status IN ('pending', 'generating', 'completed', 'failed')", name=op.f("concepts_quiz_status_check")
        ),
        sa.CheckConstraint(
            "resources_status IN ('pending', 'generating', 'completed', 'failed')",
            name=op.f("concepts_resources_status_check"),
        ),
        sa.CheckConstraint(
            "tutorial_status IN ('pending', 'generating', 'completed', 'failed')",
            name=op.f("concepts_tutorial_status_check"),
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmaps.id"], name=op.f("concepts_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roadmap_id", "concept_id", name=op.f("concepts_pkey")),
        postgresql_with={"fillfactor": "60"},
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmaps.id"], name=op.f("idempotency_keys_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("idempotency_keys_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_table(
        "roadmap_progress",
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("completed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("partial", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("generating", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmaps.id"], name=op.f("roadmap_progress_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roadmap_id", name=op.f("roadmap_progress_pkey")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_batch", sa.Uuid(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_usd", sa.Float(), server_default="0", nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('draft', 'content')", name=op.f("tasks_kind_check")),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'paused', 'completed', 'partial', 'failed', 'cancelled')",
            name=op.f("tasks_status_check"),
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmaps.id"], name=op.f("tasks_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tasks_pkey")),
        postgresql_with={"fillfactor": "60"},
    )
    op.create_index(
        "tasks_one_active_idx",
        "tasks",
        ["roadmap_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('paused', 'queued', 'running')"),
    )
    op.create_index("tasks_owner_idx", "tasks", ["owner"], unique=False, postgresql_where=sa.text("owner IS NOT NULL"))
    op.create_index(
        "tasks_queued_idx", "tasks", ["rung_at"], unique=False, postgresql_where=sa.text("status = 'queued'")
    )
    op.create_index("tasks_roadmap_idx", "tasks", ["roadmap_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap_progress.roadmap_id"], name=op.f("events_roadmap_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roadmap_id", "seq", name=op.f("events_pkey")),
    )
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("concept_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id", "concept_id"],
            ["concepts.roadmap_id", "concepts.concept_id"],
            name=op.f("quizzes_roadmap_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("quizzes_pkey")),
        sa.UniqueConstraint(
            "roadmap_id", "concept_id", "version", name=op.f("quizzes_roadmap_id_concept_id_version_key")
        ),
    )
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("concept_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id", "concept_id"],
            ["concepts.roadmap_id", "concepts.concept_id"],
            name=op.f("resources_roadmap_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("resources_pkey")),
        sa.UniqueConstraint(
            "roadmap_id", "concept_id", "version", name=op.f("resources_roadmap_id_concept_id_version_key")
        ),
    )
    op.create_table(
        "tutorials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("concept_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id", "concept_id"],
            ["concepts.roadmap_id", "concepts.concept_id"],
            name=op.f("tutorials_roadmap_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tutorials_pkey")),
        sa.UniqueConstraint(
            "roadmap_id", "concept_id", "version", name=op.f("tutorials_roadmap_id_concept_id_version_key")
        ),
    )
    op.execute("INSERT INTO users (id) VALUES ('local')")


def downgrade() -> None:
    op.drop_table("tutorials")
    op.drop_table("resources")
    op.drop_table("quizzes")
    op.drop_table("events")
    op.drop_table("tasks")
    op.drop_table("roadmap_progress")
    op.drop_table("idempotency_keys")
    op.drop_table("concepts")
    op.drop_table("roadmaps")
    op.drop_table("workers")
    op.drop_table("users")

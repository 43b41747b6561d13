"""Roadmaps are found by the status that follows from their newest tasks."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("roadmaps_task_idx", "roadmaps", ["task_id"])
    op.create_index("tasks_status_idx", "tasks", ["status", "kind"])


def downgrade() -> None:
    op.drop_index("tasks_status_idx", table_name="tasks")
    op.drop_index("roadmaps_task_idx", table_name="roadmaps")

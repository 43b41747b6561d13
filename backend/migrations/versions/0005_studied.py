"""When the learner has last worked with each roadmap, for lists that begin with what is studied now."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roadmaps", sa.Column("studied_at", sa.DateTime(timezone=True), server_default=sa.func.now()))
    op.execute(
        """
        UPDATE roadmaps SET studied_at = greatest(
            created_at,
            (SELECT max(learned_at) FROM concepts WHERE concepts.roadmap_id = roadmaps.id),
            (SELECT max(created_at) FROM revisions WHERE revisions.roadmap_id = roadmaps.id)
        )
        """
    )
    op.alter_column("roadmaps", "studied_at", nullable=False)
    op.create_index("roadmaps_studied_idx", "roadmaps", ["user_id", sa.text("studied_at DESC"), sa.text("id DESC")])


def downgrade() -> None:
    op.drop_index("roadmaps_studied_idx", table_name="roadmaps")
    op.drop_column("roadmaps", "studied_at")

"""What has come from a file, so that nobody takes its claims for what has happened here."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ARTEFACTS = ("tutorials", "resources", "quizzes")


def upgrade() -> None:
    op.add_column("roadmaps", sa.Column("imported_at", sa.DateTime(timezone=True)))
    for table in ARTEFACTS:
        op.add_column(table, sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in ARTEFACTS:
        op.drop_column(table, "imported")
    op.drop_column("roadmaps", "imported_at")

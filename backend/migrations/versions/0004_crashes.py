"""How many workers have died with a task since it last saved something."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("crashes", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("tasks", "crashes")

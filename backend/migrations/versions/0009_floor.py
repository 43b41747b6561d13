"""The events of a roadmap have a floor: those below it are gone, or do not tell what they have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roadmap_progress", sa.Column("floor", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE roadmap_progress SET floor = seq")
    op.create_index("idempotency_keys_created_idx", "idempotency_keys", ["created_at"])


def downgrade() -> None:
    op.drop_index("idempotency_keys_created_idx", "idempotency_keys")
    op.drop_column("roadmap_progress", "floor")

"""The key under which events go through Redis: whoever can write there only cannot forge one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("purpose", sa.Text(), primary_key=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
    )
    # Two random UUIDs have 244 bits from PostgreSQL's strong source of random numbers.
    op.execute(
        """
        INSERT INTO signing_keys (purpose, key)
        VALUES ('events', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
        """
    )


def downgrade() -> None:
    op.drop_table("signing_keys")

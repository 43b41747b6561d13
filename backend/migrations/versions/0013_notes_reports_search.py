"""Learners' notes, the questions that they report as wrong, and the index of the search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notes",
        *_concept(),
        sa.Column("version", sa.Uuid, nullable=False),
        sa.Column("markdown", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("roadmap_id", "concept_id"),
        sa.ForeignKeyConstraint(
            ["roadmap_id", "concept_id"], ["concepts.roadmap_id", "concepts.concept_id"], ondelete="CASCADE"
        ),
    )
    op.create_table(
        "question_reports",
        sa.Column("quiz_id", sa.Uuid, sa.ForeignKey("artefacts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("question_id", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "search_passages",
        *_concept(),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("content_id", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("roadmap_id", "concept_id", "source", "content_id", "place"),
        sa.ForeignKeyConstraint(["roadmap_id"], ["roadmaps.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "search_passages_words_idx",
        "search_passages",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "searchable_roadmaps",
        sa.Column("roadmap_id", sa.Uuid, sa.ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("searchable_roadmaps", "search_passages", "question_reports", "notes"):
        op.drop_table(table)


def _concept() -> list[sa.Column[object]]:
    return [sa.Column("roadmap_id", sa.Uuid, nullable=False), sa.Column("concept_id", sa.Text, nullable=False)]

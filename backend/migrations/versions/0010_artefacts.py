"""Artefacts of all kinds are in one table, and a concept holds their states in one map by kind."""

import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.errors import Conflict

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = {"tutorial": "tutorials", "resources": "resources", "quiz": "quizzes"}
GLANCES = {
    "tutorial": "jsonb_build_object('summary', content_summary)",
    "resources": "jsonb_build_object('count', resources_count)",
    "quiz": "jsonb_build_object('count', quiz_questions_count)",
}
COLUMNS = "id, roadmap_id, concept_id, version, task_id, author, prompt, usage, body, created_at, imported"
OTHER_STATUS = '$.*.status ? (!(@ == "pending" || @ == "generating" || @ == "completed" || @ == "failed"))'
WAIT_SECONDS = 20
"""For the lease of a worker that has died, at most; it ends after five."""


def upgrade() -> None:
    _wait_for_workers()
    op.add_column("tasks", sa.Column("error_details", JSONB))
    op.add_column("roadmaps", sa.Column("kinds", ARRAY(sa.Text)))
    op.execute("UPDATE roadmaps SET kinds = ARRAY['tutorial', 'resources', 'quiz']")
    op.alter_column("roadmaps", "kinds", nullable=False)

    op.create_table(
        "artefacts",
        *_columns(),
        sa.Column("kind", sa.Text, nullable=False),
    )
    for kind, table in TABLES.items():
        op.execute(f"INSERT INTO artefacts (kind, {COLUMNS}) SELECT '{kind}', {COLUMNS} FROM {table}")
        op.drop_table(table)
    op.create_primary_key("artefacts_pkey", "artefacts", ["id"])
    op.create_unique_constraint(
        "artefacts_roadmap_id_concept_id_kind_version_key", "artefacts", ["roadmap_id", "concept_id", "kind", "version"]
    )
    op.create_foreign_key(
        "artefacts_roadmap_id_fkey",
        "artefacts",
        "concepts",
        ["roadmap_id", "concept_id"],
        ["roadmap_id", "concept_id"],
        ondelete="CASCADE",
    )

    op.execute("ALTER TABLE concepts SET (fillfactor = 15)")
    op.add_column("concepts", sa.Column("artefacts", JSONB))
    states = ", ".join(
        f"'{kind}', jsonb_strip_nulls(jsonb_build_object('status', {kind}_status, 'id', {kind}_id,"
        f" 'glance', CASE WHEN {kind}_id IS NOT NULL THEN {GLANCES[kind]} END, 'failure', failures->'{kind}'))"
        for kind in TABLES
    )
    op.execute(f"UPDATE concepts SET artefacts = jsonb_build_object({states})")
    op.alter_column("concepts", "artefacts", nullable=False)
    for kind in TABLES:
        op.drop_column("concepts", f"{kind}_status")
        op.drop_column("concepts", f"{kind}_id")
    for name in ("content_summary", "resources_count", "quiz_questions_count", "failures"):
        op.drop_column("concepts", name)
    op.create_check_constraint("artefacts", "concepts", f"NOT artefacts @? '{OTHER_STATUS}'")


def downgrade() -> None:
    for kind in TABLES:
        op.add_column("concepts", sa.Column(f"{kind}_status", sa.Text, nullable=False, server_default="pending"))
        op.add_column("concepts", sa.Column(f"{kind}_id", sa.Uuid))
    op.add_column("concepts", sa.Column("content_summary", sa.Text))
    op.add_column("concepts", sa.Column("resources_count", sa.SmallInteger))
    op.add_column("concepts", sa.Column("quiz_questions_count", sa.SmallInteger))
    op.add_column("concepts", sa.Column("failures", JSONB))
    states = ", ".join(
        f"{kind}_status = artefacts#>>'{{{kind},status}}', {kind}_id = (artefacts#>>'{{{kind},id}}')::uuid"
        for kind in TABLES
    )
    op.execute(f"""
        UPDATE concepts SET {states},
            content_summary = artefacts#>>'{{tutorial,glance,summary}}',
            resources_count = (artefacts#>>'{{resources,glance,count}}')::smallint,
            quiz_questions_count = (artefacts#>>'{{quiz,glance,count}}')::smallint,
            failures = (SELECT jsonb_object_agg(key, (value->'failure') - 'details')
                FROM jsonb_each(artefacts) WHERE value ? 'failure')
    """)
    op.drop_constraint("concepts_artefacts_check", "concepts")
    op.drop_column("concepts", "artefacts")
    op.execute("ALTER TABLE concepts SET (fillfactor = 60)")
    for kind in TABLES:
        op.create_check_constraint(
            f"{kind}_status", "concepts", f"{kind}_status IN ('pending', 'generating', 'completed', 'failed')"
        )
    for kind, table in TABLES.items():
        op.create_table(
            table,
            *_columns(),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("roadmap_id", "concept_id", "version"),
            sa.ForeignKeyConstraint(
                ["roadmap_id", "concept_id"], ["concepts.roadmap_id", "concepts.concept_id"], ondelete="CASCADE"
            ),
        )
        op.execute(f"INSERT INTO {table} ({COLUMNS}) SELECT {COLUMNS} FROM artefacts WHERE kind = '{kind}'")
    op.drop_table("artefacts")
    op.drop_column("roadmaps", "kinds")
    op.drop_column("tasks", "error_details")


def _columns() -> list[sa.Column[object]]:
    """Those of artefacts, in one table as in three."""
    return [
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("roadmap_id", sa.Uuid, nullable=False),
        sa.Column("concept_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("task_id", sa.Uuid, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text),
        sa.Column("usage", JSONB),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false()),
    ]


def _wait_for_workers() -> None:
    """A worker of an earlier version would go on writing to tables that are no more, and lose what was paid for. One
    that has died leaves a lease, which ends soon; one that lives renews it.

    Raises:
        Conflict: a worker runs.
    """
    connection = op.get_bind()
    message = "A worker of an earlier version is running ({}); stop all workers, then migrate."
    live = sa.text("SELECT id, name, expires_at FROM workers WHERE expires_at > clock_timestamp() ORDER BY id")
    first = {row.id: row.expires_at for row in connection.execute(live)}
    deadline = time.monotonic() + WAIT_SECONDS
    while rows := connection.execute(live).all():
        renewed = [row.name for row in rows if row.expires_at != first.get(row.id)]
        if renewed or time.monotonic() > deadline:
            raise Conflict(message.format(", ".join(renewed or [row.name for row in rows])))
        time.sleep(0.2)
    connection.execute(sa.text("LOCK TABLE workers IN EXCLUSIVE MODE"))  # none begins while the tables change
    if begun := connection.execute(live).all():
        raise Conflict(message.format(", ".join(row.name for row in begun)))

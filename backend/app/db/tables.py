"""The tables. Migrations create them; a test compares the two."""

from collections.abc import Iterable

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from app.domain.content.status import ArtefactStatus
from app.domain.outline_revision import RevisionKind
from app.domain.tasks import ACTIVE, TaskKind, TaskStatus

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({_quoted(values)})", name=column)


def _created_at() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


users = Table("users", metadata, Column("id", Text, primary_key=True), _created_at())

roadmaps = Table(
    "roadmaps",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("request", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("framework_data", JSONB),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("auto_approve", Boolean, nullable=False),
    Column("task_id", Uuid, nullable=False),
    Column("revision", Integer),
    Column("last_revision", Integer, nullable=False, server_default="0"),
    Column("deleted_at", DateTime(timezone=True)),
    _created_at(),
    Column("studied_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("imported_at", DateTime(timezone=True)),
    Index("roadmaps_newest_idx", "user_id", text("id DESC")),
    Index("roadmaps_studied_idx", "user_id", text("studied_at DESC"), text("id DESC")),
    Index("roadmaps_task_idx", "task_id"),
    Index("roadmaps_deleted_idx", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
)
"""`framework_data` is the outline, written when it is drafted or edited and never during generation. `kinds` are the
kinds of artefacts that its concepts have: those that there were when it was made, so that one that was finished before
a kind existed stays finished. `task_id` is the
newest task, from which the roadmap's status follows. `revision` is the one that the outline is; `last_revision` is the
last number that was given. A roadmap with `deleted_at` lies in the trash. `studied_at` is when the learner has last
opened a lesson of it, answered a quiz, learned something, or given it a command. `imported_at` is when it came from a
file, whose claims are unchecked; so did those of its artefacts that are `imported`."""

revisions = Table(
    "revisions",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("outline", JSONB, nullable=False),
    Column("feedback", Text),
    Column("operations", JSONB),
    Column("note", Text),
    _created_at(),
    _one_of("kind", RevisionKind),
)
"""The outline as it was after each edit, for undo and redo. Numbers are never given twice: an edit after an undo drops
those that could be redone."""

roadmap_progress = Table(
    "roadmap_progress",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Column("floor", BigInteger, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("completed", Integer, nullable=False, server_default="0"),
    Column("partial", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("generating", Integer, nullable=False, server_default="0"),
    postgresql_with={"fillfactor": "50"},
)
"""The number of the newest event, and the concepts counted by state. Its row lock orders a roadmap's commits. Events
up to `floor` are not there any more, or do not tell what they have changed: clients cannot catch up from before it."""

_STATUSES = " || ".join(f'@ == "{status}"' for status in ArtefactStatus)
_OTHER_STATUS = f"$.*.status ? (!({_STATUSES}))"
"""A JSON path to a status that there is not."""

concepts = Table(
    "concepts",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("concept_id", Text, primary_key=True),
    Column("artefacts", JSONB, nullable=False),
    Column("instructions", JSONB),
    Column("learned_at", DateTime(timezone=True)),
    Column("removed_at", DateTime(timezone=True)),
    CheckConstraint(f"NOT artefacts @? '{_OTHER_STATUS}'", name="artefacts"),
    postgresql_with={"fillfactor": "15"},
)
"""One narrow row a concept, the only place of its status. `artefacts` maps each kind that the roadmap has to status,
id, glance and failure of its artefact; what is null is left out. No index covers what changes, and a page has room for
rows that grow to three times their size, so that updates stay HOT. `instructions` maps kinds to what the learner wants
of the next version. `learned_at` is the learner's, not the content's. A row with `removed_at` belongs to a concept that
an edit took out; its content is kept."""

artefacts = Table(
    "artefacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("roadmap_id", Uuid, nullable=False),
    Column("concept_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("task_id", Uuid, nullable=False),
    Column("author", Text, nullable=False),
    Column("prompt", Text),
    Column("usage", JSONB),
    Column("body", JSONB, nullable=False),
    _created_at(),
    Column("imported", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("roadmap_id", "concept_id", "kind", "version"),
    ForeignKeyConstraint(
        ["roadmap_id", "concept_id"], ["concepts.roadmap_id", "concepts.concept_id"], ondelete="CASCADE"
    ),
)
"""All versions of all artefacts. Which kinds there are, the code knows: another one needs no migration."""

notes = Table(
    "notes",
    metadata,
    Column("roadmap_id", Uuid, primary_key=True),
    Column("concept_id", Text, primary_key=True),
    Column("version", Uuid, nullable=False),
    Column("markdown", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(
        ["roadmap_id", "concept_id"], ["concepts.roadmap_id", "concepts.concept_id"], ondelete="CASCADE"
    ),
)
"""What learners write beside a concept. `version` is another one after each change."""

question_reports = Table(
    "question_reports",
    metadata,
    Column("quiz_id", Uuid, ForeignKey("artefacts.id", ondelete="CASCADE"), primary_key=True),
    Column("question_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    _created_at(),
)
"""Questions that learners have reported as wrong, of one version of a quiz. They are neither shown nor marked."""

search_passages = Table(
    "search_passages",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("concept_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("content_id", Uuid, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Index("search_passages_words_idx", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)
"""The index of the search: the words of each passage of what `content_id` names. It is filled by searches, never by a
flush, and can be emptied: the next search fills it again."""

searchable_roadmaps = Table(
    "searchable_roadmaps",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""The event up to which a roadmap's passages are in the index."""

tasks = Table(
    "tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owner", Uuid),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("last_batch", Uuid),
    Column("crashes", SmallInteger, nullable=False, server_default="0"),
    Column("calls", BigInteger, nullable=False, server_default="0"),
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cost_usd", Float, nullable=False, server_default="0"),
    Column("unpriced_calls", BigInteger, nullable=False, server_default="0"),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("error_details", JSONB(none_as_null=True)),
    Column("feedback", Text),
    Column("returns_to", Text),
    Column("scope", JSONB),
    Column("prioritised", JSONB, nullable=False, server_default="[]"),
    _created_at(),
    Column("rung_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    _one_of("kind", TaskKind),
    _one_of("status", TaskStatus),
    Index(
        "tasks_one_active_idx",
        "roadmap_id",
        unique=True,
        postgresql_where=text(f"status IN ({_quoted(sorted(ACTIVE))})"),
    ),
    Index("tasks_queued_idx", "rung_at", postgresql_where=text("status = 'queued'")),
    Index("tasks_owner_idx", "owner", postgresql_where=text("owner IS NOT NULL")),
    Index("tasks_roadmap_idx", "roadmap_id"),
    Index("tasks_status_idx", "status", "kind"),
    postgresql_with={"fillfactor": "60"},
)
"""`token` fences: it grows with every claim, and a worker's writes carry the one that it got. `rung_at` is when the
doorbell was last rung. `crashes` counts the workers that have died with the task since it last saved something.
`feedback` is what a revision is to heed, `returns_to` the roadmap's state before it. `scope` holds the ids of the
concepts that a content task is confined to (null: all that wait), `prioritised` those that come next, the first
first."""

raw_answers = Table(
    "raw_answers",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("concept_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("body", Text, nullable=False),
    _created_at(),
    Index("raw_answers_age_idx", "created_at"),
)
"""What a model answered where it could not be used, the newest for each artefact; `concept_id` is empty for an
outline. Kept for a week."""

workers = Table(
    "workers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("held_since", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("problem", Text),
    postgresql_with={"fillfactor": "50"},
)
"""Leases. `held_since` is when the lease began to be held without a gap. `problem` is why the worker takes no tasks."""

model_settings = Table(
    "model_settings",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("keys", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("id = 1", name="one"),
)
"""What has been chosen in the app about models: one row at most. `keys` are encrypted under SECRET_KEY."""

model_questions = Table(
    "model_questions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("taken_at", DateTime(timezone=True)),
    Column("progress", JSONB(none_as_null=True)),
    Column("answer", JSONB(none_as_null=True)),
    _created_at(),
    Index("model_questions_open_idx", "created_at", postgresql_where=text("taken_at IS NULL")),
)
"""What the API asks of workers about models and their servers, and what they have found out. Kept for an hour."""

spending = Table(
    "spending",
    metadata,
    Column("day", Date, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("roadmap_id", Uuid, primary_key=True),
    Column("author", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("unpriced_calls", BigInteger, nullable=False),
)
"""What models have been paid for, by day (UTC). It outlives the roadmap: no foreign key leads there."""

events = Table(
    "events",
    metadata,
    Column("roadmap_id", Uuid, ForeignKey("roadmap_progress.roadmap_id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("body", JSON, nullable=False),
)
"""The outbox and the history, in one."""

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
"""Secrets of the whole installation that its processes share through PostgreSQL alone."""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("roadmap_id", Uuid, ForeignKey("roadmaps.id", ondelete="CASCADE"), nullable=False),
    Column("task_id", Uuid, nullable=False),
    _created_at(),
    Index("idempotency_keys_created_idx", "created_at"),
)

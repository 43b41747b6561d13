"""Finds roadmaps by their status, which is stored nowhere: it follows from the newest task and the progress."""

from collections.abc import Collection
from itertools import product

from sqlalchemy import ColumnElement, and_, false, or_

from app.db.tables import roadmap_progress, tasks
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus, roadmap_status

newest = tasks.alias("newest")
"""Each roadmap's newest task."""


def in_statuses(statuses: Collection[RoadmapStatus]) -> ColumnElement[bool]:
    """Whether a roadmap's status, as it follows from its newest task and its progress, is one of those."""
    written, unwritten = _newest_task_in(statuses, is_written=True), _newest_task_in(statuses, is_written=False)
    # Not by `=`, which Postgres believes to be rare between two columns.
    is_written = roadmap_progress.c.completed >= roadmap_progress.c.total
    return or_(
        _is_one_of(written & unwritten),
        and_(is_written, _is_one_of(written - unwritten)),
        and_(~is_written, _is_one_of(unwritten - written)),
    )


_TaskState = tuple[TaskKind, RoadmapStatus | None, TaskStatus]


def _newest_task_in(statuses: Collection[RoadmapStatus], *, is_written: bool) -> frozenset[_TaskState]:
    """The states of the newest task with which a roadmap is in one of the statuses."""
    progress = Progress(total=1, completed=int(is_written))
    return frozenset(
        (kind, returns_to, status)
        for kind, returns_to, status in product(TaskKind, (None, *RoadmapStatus), TaskStatus)
        if (kind == TaskKind.REVISE) == (returns_to is not None)
        and roadmap_status(kind, status, progress, returns_to) in statuses
    )


def _is_one_of(states: Collection[_TaskState]) -> ColumnElement[bool]:
    grouped: dict[tuple[TaskKind, RoadmapStatus | None], list[TaskStatus]] = {}
    for kind, returns_to, status in sorted(states, key=str):
        grouped.setdefault((kind, returns_to), []).append(status)
    return or_(
        false(),
        *(
            and_(
                newest.c.kind == kind,
                newest.c.status.in_(its),
                *([] if returns_to is None else [newest.c.returns_to == returns_to]),
            )
            for (kind, returns_to), its in grouped.items()
        ),
    )

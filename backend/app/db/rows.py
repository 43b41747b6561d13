"""Domain objects from rows, and back."""

from typing import Any

from app.domain.records import Order, TaskMetadata
from app.domain.tasks import RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage
from app.generation.ledger import TaskState


def amounts(usage: Usage) -> dict[str, int | float]:
    """What was used up, by column."""
    return {name: getattr(usage, name) for name in Usage.model_fields}


def usage_of(row: Any, prefix: str = "") -> Usage:
    return Usage(**{name: row[f"{prefix}{name}"] or 0 for name in Usage.model_fields})


def task_state(row: Any) -> TaskState:
    return TaskState(
        id=row["id"],
        kind=TaskKind(row["kind"]),
        status=TaskStatus(row["status"]),
        returns_to=RoadmapStatus(returns_to) if (returns_to := row["returns_to"]) else None,
        usage=usage_of(row),
        started_at=row["started_at"],
    )


def task_metadata(row: Any, prefix: str = "") -> TaskMetadata:
    """A task from a row of its table, or of a roadmap that has its columns with a prefix."""
    return TaskMetadata(
        id=row["task_id"] if prefix else row["id"],
        roadmap_id=row["id"] if prefix else row["roadmap_id"],
        kind=TaskKind(row[f"{prefix}kind"]),
        status=TaskStatus(row[f"{prefix}status"]),
        order=Order(
            feedback=row[f"{prefix}feedback"],
            returns_to=RoadmapStatus(returns_to) if (returns_to := row[f"{prefix}returns_to"]) else None,
            scope=row[f"{prefix}scope"],
        ),
        prioritised=row[f"{prefix}prioritised"],
        usage=usage_of(row, prefix),
        error_code=row[f"{prefix}error_code"],
        error_message=row[f"{prefix}error_message"],
        error_details=row[f"{prefix}error_details"] or {},
        created_at=row[f"{prefix}created_at"],
        started_at=row[f"{prefix}started_at"],
        ended_at=row[f"{prefix}ended_at"],
    )

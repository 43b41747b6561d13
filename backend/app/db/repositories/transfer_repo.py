"""Reads and writes all that belongs to a roadmap at once, for documents that are taken out and in."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Label, Table, Text, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.concept_repo import plain_state
from app.db.repositories.report_repo import ReportRepository
from app.db.rows import amounts
from app.db.tables import (
    artefacts,
    concepts,
    notes,
    question_reports,
    revisions,
    roadmap_progress,
    roadmaps,
    tasks,
)
from app.domain.content.kind import ArtefactKind
from app.domain.outline_revision import RevisionKind
from app.domain.packed_roadmap import PackedRevision, PackedRoadmap, PackedVersion
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.viewer import RoadmapHandle, Viewer

_AT_ONCE, _LARGE = 50, 500_000
"""Rows that one statement inserts, and characters of JSON in them, roughly: others get their turn in between."""
_DOCUMENTS = frozenset({"outline", "operations", "body"})
_A_FEW = {"yield_per": 5}
"""Rows that are fetched at once: outlines and tutorials may be large."""
_TASKS = {
    RoadmapStatus.AWAITING_REVIEW: (TaskKind.DRAFT, TaskStatus.COMPLETED),
    RoadmapStatus.COMPLETED: (TaskKind.CONTENT, TaskStatus.COMPLETED),
    RoadmapStatus.PARTIAL: (TaskKind.CONTENT, TaskStatus.PARTIAL),
    RoadmapStatus.FAILED: (TaskKind.CONTENT, TaskStatus.FAILED),
    RoadmapStatus.CANCELLED: (TaskKind.CONTENT, TaskStatus.CANCELLED),
}
"""The task from which a roadmap's state follows."""


class TransferRepository:
    """Outlines and bodies stay JSON in both directions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def revisions(self, roadmap: RoadmapHandle) -> tuple[PackedRevision, ...]:
        """The history of the outline, oldest first."""
        names = [one.name for one in fields(PackedRevision)]
        query = select(*(_as_text(revisions.c[name]) if name in _DOCUMENTS else revisions.c[name] for name in names))
        query = query.where(revisions.c.roadmap_id == roadmap.roadmap_id).order_by(revisions.c.number)
        rows = (await self._session.stream(query, execution_options=_A_FEW)).mappings()
        return tuple([PackedRevision(**{**row, "kind": RevisionKind(row["kind"])}) async for row in rows])

    async def versions(self, roadmap: RoadmapHandle) -> tuple[PackedVersion, ...]:
        """All versions of all artefacts, those of each oldest first."""
        names = [one.name for one in fields(PackedVersion) if one.name != "reports"]
        query = select(*(_as_text(artefacts.c[name]) if name in _DOCUMENTS else artefacts.c[name] for name in names))
        query = query.where(artefacts.c.roadmap_id == roadmap.roadmap_id)
        query = query.order_by(artefacts.c.concept_id, artefacts.c.kind, artefacts.c.version)
        reports = await ReportRepository(self._session).of_roadmap(roadmap)
        rows = (await self._session.stream(query, execution_options=_A_FEW)).mappings()
        return tuple(
            [
                PackedVersion(**{**row, "kind": ArtefactKind(row["kind"])}, reports=tuple(reports.get(row["id"], ())))
                async for row in rows
            ]
        )

    async def add(
        self, roadmap: PackedRoadmap, viewer: Viewer, *, roadmap_id: UUID, task_id: UUID, epoch: UUID
    ) -> None:
        """The roadmap with all that it has, under a new id, and one task that has ended."""
        here = {"roadmap_id": roadmap_id}
        await self._add_roadmap(roadmap, viewer, roadmap_id=roadmap_id, task_id=task_id, epoch=epoch)
        await self._insert(
            revisions,
            (
                {one.name: getattr(revision, one.name) for one in fields(revision)} | here
                for revision in roadmap.revisions
            ),
        )
        removed_at = (await self._session.execute(select(func.now()))).scalar_one()
        await self._insert(
            concepts,
            (
                here
                | plain_state(one.content)
                | {"learned_at": one.learned_at, "removed_at": removed_at if one.removed else None}
                for one in roadmap.concepts
            ),
        )
        await self._insert(
            artefacts,
            (
                {one.name: getattr(version, one.name) for one in fields(version) if one.name != "reports"}
                | here
                | {"task_id": task_id}
                for version in roadmap.versions
            ),
        )
        await self._insert(
            notes,
            (
                here | {"concept_id": one.content.concept_id} | asdict(one.note)
                for one in roadmap.concepts
                if one.note is not None
            ),
        )
        await self._insert(
            question_reports,
            ({"quiz_id": version.id} | asdict(report) for version in roadmap.versions for report in version.reports),
        )

    async def _add_roadmap(
        self, roadmap: PackedRoadmap, viewer: Viewer, *, roadmap_id: UUID, task_id: UUID, epoch: UUID
    ) -> None:
        await self._session.execute(
            insert(roadmaps).values(
                id=roadmap_id,
                user_id=viewer.user_id,
                request=roadmap.request,
                author=roadmap.author,
                title=roadmap.title,
                kinds=list(roadmap.kinds),
                framework_data=None if roadmap.outline is None else orjson.Fragment(roadmap.outline),
                auto_approve=False,
                task_id=task_id,
                revision=roadmap.revision,
                last_revision=max((one.number for one in roadmap.revisions), default=0),
                created_at=roadmap.created_at,
                imported_at=roadmap.imported_at,
            )
        )
        progress = Progress.of(one.content.status for one in roadmap.concepts if not one.removed)
        await self._session.execute(
            insert(roadmap_progress).values(
                roadmap_id=roadmap_id, epoch=epoch, **progress.model_dump(exclude={"pending"})
            )
        )
        kind, status = _TASKS[roadmap.status]
        failure = roadmap.failure
        await self._session.execute(
            insert(tasks).values(
                id=task_id,
                roadmap_id=roadmap_id,
                kind=kind if roadmap.outline else TaskKind.DRAFT,
                status=status,
                error_code=failure.code if failure else None,
                error_message=failure.message if failure else None,
                error_details=failure.details if failure else None,
                ended_at=func.now(),
                **amounts(roadmap.usage),
            )
        )

    async def _insert(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        waiting: list[dict[str, Any]] = []
        size = 0
        for row in rows:
            documents = {name: row[name] for name in _DOCUMENTS & row.keys() if row[name] is not None}
            waiting.append(row | {name: orjson.Fragment(one) for name, one in documents.items()})
            size += sum(len(one) for one in documents.values())
            if len(waiting) == _AT_ONCE or size > _LARGE:
                await self._session.execute(insert(table), waiting)
                waiting, size = [], 0
        if waiting:
            await self._session.execute(insert(table), waiting)


def _as_text(column: Column[Any]) -> Label[str]:
    return cast(column, Text).label(column.name)

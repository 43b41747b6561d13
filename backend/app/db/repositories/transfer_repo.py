"""Reads and writes all that belongs to a roadmap at once, for documents that are taken out and in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.concept_repo import plain_state
from app.db.repositories.task_repo import amounts
from app.db.tables import ARTEFACT_TABLES, concepts, revisions, roadmap_progress, roadmaps, tasks
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ContentStatus
from app.domain.roadmap_file import KeptArtefact, RoadmapFile
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage

_TASKS = {
    RoadmapStatus.AWAITING_REVIEW: (TaskKind.DRAFT, TaskStatus.COMPLETED),
    RoadmapStatus.COMPLETED: (TaskKind.CONTENT, TaskStatus.COMPLETED),
    RoadmapStatus.PARTIAL: (TaskKind.CONTENT, TaskStatus.PARTIAL),
    RoadmapStatus.FAILED: (TaskKind.CONTENT, TaskStatus.FAILED),
    RoadmapStatus.CANCELLED: (TaskKind.CONTENT, TaskStatus.CANCELLED),
}
"""The task from which a roadmap's state follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    id: UUID
    kept: KeptArtefact


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion(StoredVersion):
    concept_id: str
    kind: ArtefactKind


class TransferRepository:
    """For one roadmap."""

    def __init__(self, session: AsyncSession, roadmap_id: UUID) -> None:
        self._session = session
        self._roadmap_id = roadmap_id

    async def versions(self) -> dict[tuple[str, ArtefactKind], list[StoredVersion]]:
        """All versions of all artefacts, oldest first."""
        found: dict[tuple[str, ArtefactKind], list[StoredVersion]] = {}
        for kind, table in ARTEFACT_TABLES.items():
            query = select(table).where(table.c.roadmap_id == self._roadmap_id)
            rows = await self._session.execute(query.order_by(table.c.concept_id, table.c.version))
            for row in rows.mappings():
                kept = KeptArtefact.model_validate({name: row[name] for name in KeptArtefact.model_fields})
                found.setdefault((row["concept_id"], kind), []).append(StoredVersion(id=row["id"], kept=kept))
        return found

    async def add_roadmap(
        self,
        file: RoadmapFile,
        task_id: UUID,
        *,
        user_id: str,
        epoch: UUID,
        states: Sequence[tuple[ConceptState, bool]],
    ) -> None:
        """The roadmap with its outline's history, its counters, and one task that has ended."""
        await self._session.execute(
            insert(roadmaps).values(
                id=self._roadmap_id,
                user_id=user_id,
                request=file.request.model_dump(mode="json"),
                author=file.author,
                title=file.title,
                framework_data=file.outline.model_dump(mode="json") if file.outline else None,
                auto_approve=False,
                task_id=task_id,
                revision=file.revision,
                last_revision=max((one.number for one in file.revisions), default=0),
                created_at=file.created_at,
            )
        )
        progress = Progress(total=sum(not removed for _, removed in states))
        for state, removed in states:
            if not removed:
                progress = progress.moved(ContentStatus.PENDING, state.status)
        await self._session.execute(
            insert(roadmap_progress).values(
                roadmap_id=self._roadmap_id, epoch=epoch, **progress.model_dump(exclude={"pending"})
            )
        )
        kind, status = _TASKS[file.status]
        await self._session.execute(
            insert(tasks).values(
                id=task_id,
                roadmap_id=self._roadmap_id,
                kind=kind if file.outline else TaskKind.DRAFT,
                status=status,
                error_code=file.failure.code if file.failure else None,
                error_message=file.failure.message if file.failure else None,
                ended_at=func.now(),
                **amounts(file.usage),
            )
        )
        await self._insert(
            revisions,
            [
                one.model_dump(mode="json", include={"outline"})
                | one.model_dump(exclude={"outline"})
                | {"roadmap_id": self._roadmap_id}
                for one in file.revisions
            ],
        )

    async def add_concepts(self, states: Sequence[tuple[ConceptState, bool]]) -> None:
        here = {"roadmap_id": self._roadmap_id}
        removed_at = (await self._session.execute(select(func.now()))).scalar_one()
        await self._insert(
            concepts,
            [here | plain_state(state) | {"removed_at": removed_at if removed else None} for state, removed in states],
        )

    async def add_versions(self, task_id: UUID, versions: Sequence[NewVersion]) -> None:
        for kind, table in ARTEFACT_TABLES.items():
            await self._insert(
                table,
                [
                    {
                        "id": one.id,
                        "roadmap_id": self._roadmap_id,
                        "concept_id": one.concept_id,
                        "version": one.kept.version,
                        "task_id": task_id,
                        "author": one.kept.author,
                        "prompt": one.kept.prompt,
                        "usage": (one.kept.usage or Usage()).model_dump(),
                        "body": one.kept.body.model_dump(mode="json"),
                        "created_at": one.kept.created_at,
                    }
                    for one in versions
                    if one.kind == kind
                ],
            )

    async def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._session.execute(insert(table), rows)

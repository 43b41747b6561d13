"""How a learner edits an outline: as a whole, by operations, by words; with undo and redo."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.commands.unit import Unit, UnitOfWork
from app.core.errors import Conflict, Stale
from app.db.ledger import put_outline
from app.db.repositories.revision_repo import RevisionRepository
from app.domain.etags import etag_of, names_state
from app.domain.outline_edits import edit
from app.domain.outline_operations import Operation
from app.domain.outline_prerequisites import DroppedPrerequisite, EditResult, edges_of, settled
from app.domain.outline_revision import MAX_UNDO, NewRevision, Revision, RevisionKind
from app.domain.outline_rules import check_outline, check_parts
from app.domain.records import Order, RoadmapMetadata
from app.domain.roadmap import Outline
from app.domain.state_machine import Command
from app.domain.tasks import TaskKind
from app.domain.viewer import RoadmapHandle, Viewer

ATTEMPTS = 10
"""Times that an edit is made anew, since another one came before it."""
Dropped = tuple[DroppedPrerequisite, ...]


class Outlines:
    """`max_concepts` is GREENWAY_MAX_CONCEPTS. Methods that edit give the prerequisites that the edit has dropped, and
    raise `Conflict` while the outline is drafted or its content written, `Stale` when the roadmap is not
    in the state that `if_match` names."""

    def __init__(self, unit: UnitOfWork, *, max_concepts: int) -> None:
        self._unit = unit
        self._max_concepts = max_concepts

    async def replace(self, viewer: Viewer, roadmap_id: UUID, outline: Outline, *, if_match: str | None) -> Dropped:
        """Replace the outline; concepts that keep their ids keep their content.

        Raises:
            OutlineError: the outline breaks a rule.
        """
        await asyncio.to_thread(check_parts, outline, max_concepts=self._max_concepts)
        how = NewRevision(kind=RevisionKind.EDITED)

        def replaced(before: Outline) -> EditResult:
            return settled(outline, stated=edges_of(outline) - edges_of(before))

        return await self._edit(viewer, roadmap_id, if_match, replaced, how)

    async def apply(
        self, viewer: Viewer, roadmap_id: UUID, operations: Sequence[Operation], *, if_match: str | None
    ) -> Dropped:
        """Change the outline by operations; all of them, or none.

        Raises:
            OutlineError: an operation speaks of what is not there, or the outline would break a rule.
        """
        stored = [operation.model_dump(mode="json", exclude_none=True) for operation in operations]
        how = NewRevision(kind=RevisionKind.EDITED, operations=stored)

        def edited(before: Outline) -> EditResult:
            return edit(before, operations, max_concepts=self._max_concepts)

        return await self._edit(viewer, roadmap_id, if_match, edited, how)

    async def undo(self, viewer: Viewer, roadmap_id: UUID, *, if_match: str | None) -> Dropped:
        """Take back the last edit; the content of concepts that come back comes with them."""
        nothing = f"There is nothing to undo; the last {MAX_UNDO} edits are kept."
        return await self._step(viewer, roadmap_id, if_match, lambda revisions: revisions.before, nothing)

    async def redo(self, viewer: Viewer, roadmap_id: UUID, *, if_match: str | None) -> Dropped:
        """Redo the last undone edit."""
        nothing = "There is nothing to redo."
        return await self._step(viewer, roadmap_id, if_match, lambda revisions: revisions.after, nothing)

    async def revise(self, viewer: Viewer, roadmap_id: UUID, feedback: str) -> UUID:
        """Have the author revise the outline by the learner's words. Gives the id of the task."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.REVISE)
            roadmap.require_outline()
            order = Order(feedback=feedback, returns_to=roadmap.status)
            return await unit.queue(roadmap.handle, TaskKind.REVISE, order)

        return await self._unit(viewer, work)

    async def _step(
        self,
        viewer: Viewer,
        roadmap_id: UUID,
        if_match: str | None,
        step: Callable[[RevisionRepository], Callable[[RoadmapHandle, int], Awaitable[Revision | None]]],
        nothing: str,
    ) -> Dropped:
        async def plan(unit: Unit, roadmap: RoadmapMetadata) -> _Plan:
            roadmap.require_outline()
            assert roadmap.revision is not None, "an outline is some revision"
            found = await step(unit.revisions)(roadmap.handle, roadmap.revision)
            if found is None:
                raise Conflict(nothing)
            # A revision of an earlier version of Greenway may need what comes later.
            return lambda: _Change(edited=settled(Outline.model_validate(found.outline)), how=found)

        return await self._put(viewer, roadmap_id, if_match, plan)

    async def _edit(
        self,
        viewer: Viewer,
        roadmap_id: UUID,
        if_match: str | None,
        change: Callable[[Outline], EditResult],
        how: NewRevision,
    ) -> Dropped:
        async def plan(_: Unit, roadmap: RoadmapMetadata) -> _Plan:
            def edited() -> _Change:
                after = change(Outline.model_validate(roadmap.require_outline()))
                check_outline(after.outline, max_concepts=self._max_concepts)
                is_same = roadmap.framework_data == after.outline.model_dump(mode="json")
                return _Change(edited=after, how=None if is_same else how)

            return edited

        return await self._put(viewer, roadmap_id, if_match, plan)

    async def _put(
        self,
        viewer: Viewer,
        roadmap_id: UUID,
        if_match: str | None,
        plan: Callable[[Unit, RoadmapMetadata], Awaitable["_Plan"]],
    ) -> Dropped:
        """Look, edit, and store the result if the outline is still the one that was edited. Long outlines take long to
        edit: that is done beside the event loop, while no transaction is open."""

        async def look(unit: Unit) -> tuple[int | None, _Plan]:
            roadmap = await _editable(unit, roadmap_id, if_match)
            return roadmap.revision, await plan(unit, roadmap)

        for _ in range(ATTEMPTS):
            seen, planned = await self._unit(viewer, look)
            change = await asyncio.to_thread(planned)
            if change.how is None:
                return change.edited.dropped

            async def store(
                unit: Unit,
                seen: int | None = seen,
                edited: EditResult = change.edited,
                how: NewRevision | Revision = change.how,
            ) -> bool:
                roadmap = await _editable(unit, roadmap_id, if_match)
                if roadmap.revision != seen:
                    return False
                task = await unit.tasks.lock(roadmap.task.id)
                unit.events += await put_outline(unit.session, roadmap.handle, task, edited.outline, how)
                return True

            if await self._unit(viewer, store):
                return change.edited.dropped
        raise Conflict("The outline was edited at the same time; repeat your edit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An outline as it becomes, and `how`; None where nothing changes."""

    edited: EditResult
    how: NewRevision | Revision | None


_Plan = Callable[[], _Change]
"""Edits what was looked at. It may take long."""


async def _editable(unit: Unit, roadmap_id: UUID, if_match: str | None) -> RoadmapMetadata:
    roadmap = await unit.lock(roadmap_id, Command.EDIT)
    if if_match is not None and not names_state(if_match, etag_of(roadmap.epoch, roadmap.seq)):
        raise Stale("The roadmap has changed since you read it; read it again and repeat your edit.")
    return roadmap

"""How a learner steers what is written: start, pause, go on, stop, try again, this one first, this one again."""

from collections.abc import Collection
from uuid import UUID

from app.commands.unit import Unit, UnitOfWork, concept_named
from app.core.errors import Conflict, NotFound
from app.db.ledger import lock_position
from app.domain.content.concept_state import ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS
from app.domain.content.status import ArtefactStatus
from app.domain.records import Order, RoadmapMetadata
from app.domain.state_machine import ARTEFACT_TRANSITIONS, ArtefactTransition, Command
from app.domain.tasks import RoadmapStatus, TaskKind
from app.domain.viewer import Viewer
from app.generation.roadmap_changes import CancelTask, PauseTask, Regenerate, RestoreVersion, ResumeTask
from app.reading.models import ModelReader


class Steering:
    """Every method raises `NotFound` for what the user does not have, and `Conflict`, with the reason, where it makes
    no sense. Those that start or change a task give its id."""

    def __init__(self, unit: UnitOfWork, models: ModelReader) -> None:
        self._unit = unit
        self._models = models

    async def approve(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Approve the outline. Of two that approve at once, one is told that it came second."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.APPROVE)
            return await unit.queue(roadmap.handle, TaskKind.CONTENT)

        return await self._unit(viewer, work)

    async def pause(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Start nothing new. What has finished is saved; calls in flight are cancelled within seconds."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.PAUSE)
            await unit.change(roadmap, PauseTask())
            return roadmap.task.id

        return await self._unit(viewer, work)

    async def resume(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Go on with a paused task; else write what waits to be written, such as concepts that were added, and nothing
        else."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.RESUME)
            if roadmap.status == RoadmapStatus.PAUSED:
                await unit.change(roadmap, ResumeTask())
                unit.ring_for(roadmap.task.id, roadmap.task.kind)
                return roadmap.task.id
            roadmap.require_outline()
            found = await unit.concepts.statuses(roadmap.handle)
            if not any(ArtefactStatus.PENDING in statuses.values() for statuses, _ in found):
                raise Conflict("Nothing is waiting to be written; to generate failed content, use retry.")
            return await unit.queue(roadmap.handle, TaskKind.CONTENT)

        return await self._unit(viewer, work)

    async def cancel(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Cancel what is going on. It holds at once; the worker saves what has finished, and starts nothing new."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.CANCEL)
            await unit.change(roadmap, CancelTask())
            return roadmap.task.id

        return await self._unit(viewer, work)

    async def retry(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Take up everything that failed or is missing; a roadmap without an outline is drafted again."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.RETRY)
            if roadmap.framework_data is None:
                return await unit.queue(roadmap.handle, TaskKind.DRAFT)
            return await unit.queue(roadmap.handle, TaskKind.CONTENT, retries=True)

        return await self._unit(viewer, work)

    async def prioritise(self, viewer: Viewer, roadmap_id: UUID, concept_id: str) -> UUID:
        """A waiting concept is next as soon as a slot is free."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.PRIORITISE)
            concept_named(roadmap, concept_id)
            state = await unit.concepts.get(roadmap.handle, concept_id)
            assert state is not None, "it is a concept of the outline"
            scope = roadmap.task.order.scope
            if state.having(ArtefactStatus.GENERATING):
                raise Conflict("This concept is already being written.")
            if not state.having(ArtefactStatus.PENDING) or (scope is not None and concept_id not in scope):
                raise Conflict("This concept is not waiting to be written.")
            others = [one for one in roadmap.task.prioritised if one != concept_id]
            await unit.tasks.prioritise(roadmap.task.id, [concept_id, *others])
            return roadmap.task.id

        return await self._unit(viewer, work)

    async def regenerate(
        self,
        viewer: Viewer,
        roadmap_id: UUID,
        concept_id: str,
        *,
        kinds: Collection[ArtefactKind] | None,
        instructions: str | None,
    ) -> UUID:
        """Have another version of some artefacts written (None: of all), and nothing else; those that are there stay
        readable."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.REGENERATE)
            statuses = (await _state_of(unit, roadmap, concept_id)).statuses
            wanted = tuple(statuses) if kinds is None else kinds
            for kind in wanted:
                if kind not in statuses:
                    raise Conflict(f"The concepts of this roadmap have no {KINDS[kind].noun}.")
                if statuses[kind] not in ARTEFACT_TRANSITIONS[ArtefactTransition.REGENERATE].since:
                    raise Conflict(
                        f"There is no {KINDS[kind].noun} to regenerate yet; to generate missing content, use resume."
                    )
            await unit.change(roadmap, Regenerate({concept_id: wanted}, instructions))
            return await unit.queue(roadmap.handle, TaskKind.CONTENT, Order(scope=[concept_id]))

        return await self._unit(viewer, work)

    async def rewrite(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Have another version written of whatever another model has written than the one that would write it now;
        what is there stays readable."""
        model_for = (await self._models.settings_in_force()).model_for

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.REGENERATE)
            await unit.tasks.lock(roadmap.task.id)
            await lock_position(unit.session, roadmap.handle)
            kinds: dict[str, list[ArtefactKind]] = {}
            for concept_id, kind, author in await unit.concepts.authors(roadmap.handle):
                if author != model_for(kind):
                    kinds.setdefault(concept_id, []).append(kind)
            if not kinds:
                raise Conflict("Everything here was written by the model that is in use.")
            await unit.change(roadmap, Regenerate(kinds, None))
            return await unit.queue(roadmap.handle, TaskKind.CONTENT, Order(scope=sorted(kinds)))

        return await self._unit(viewer, work)

    async def restore(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, kind: ArtefactKind, version: int
    ) -> None:
        """Make an earlier version of an artefact the current one."""

        async def work(unit: Unit) -> None:
            roadmap = await unit.lock(roadmap_id)
            concept_named(roadmap, concept_id)
            found = await unit.roadmaps.artefacts(roadmap.handle, concept_id, version=version)
            if kind not in found:
                raise NotFound(f"This concept has no version {version} of its {KINDS[kind].noun}.")
            state = await _state_of(unit, roadmap, concept_id)
            if state.statuses[kind] not in ARTEFACT_TRANSITIONS[ArtefactTransition.RESTORE].since:
                raise Conflict(f"The {KINDS[kind].noun} is queued or being written; cancel that first.")
            artefact = KINDS[kind].body.model_validate(found[kind]["body"])
            await unit.change(roadmap, RestoreVersion(concept_id, found[kind]["id"], artefact))

        await self._unit(viewer, work)


async def _state_of(unit: Unit, roadmap: RoadmapMetadata, concept_id: str) -> ConceptState:
    """The state of a concept, under lock. The task and the counters are locked first, as by everybody."""
    concept_named(roadmap, concept_id)
    await unit.tasks.lock(roadmap.task.id)
    await lock_position(unit.session, roadmap.handle)
    return (await unit.concepts.lock(roadmap.handle, [concept_id]))[concept_id]

"""How a learner steers what is written: start, pause, go on, stop, try again, this one first, this one again."""

from collections.abc import Callable, Collection
from uuid import UUID

from pydantic import TypeAdapter

from app.commands.unit import Unit, UnitOfWork, concept_named
from app.core.errors import Conflict, NotFound
from app.core.pauses import with_pauses
from app.db.transitions import give_up, stop_writing
from app.domain.concept_state import ConceptState
from app.domain.content import Artefact, ArtefactKind, ArtefactStatus
from app.domain.events import Cancelled, TaskPaused, TaskQueued
from app.domain.records import Order, RoadmapMetadata
from app.domain.state_machine import ARTEFACT_MOVES, ArtefactMove, Command, TaskMove
from app.domain.tasks import RoadmapStatus, TaskKind, TaskStatus
from app.domain.viewer import Viewer
from app.generation.announcements import concept_changed

_artefact: TypeAdapter[Artefact] = TypeAdapter(Artefact)


class Steering:
    """Every method raises `NotFound` for what the user does not have, and `Conflict`, with the reason, where it makes
    no sense. Those that start or change a task give its id."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

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
            await _move(unit, roadmap, TaskMove.PAUSE, TaskStatus.PAUSED)
            log = await unit.open_log(roadmap)
            await stop_writing(unit.session, log)
            log.add(
                TaskPaused(**log.envelope(), code="requested", message="Paused at your request; resume to continue.")
            )
            await unit.write(log)
            return roadmap.task.id

        return await self._unit(viewer, work)

    async def resume(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Go on with a paused task; else write what waits to be written, such as concepts that were added, and nothing
        else."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.RESUME)
            if roadmap.status == RoadmapStatus.PAUSED:
                return await _resumed(unit, roadmap)
            roadmap.require_outline()
            found = await unit.concepts.statuses(roadmap.handle)
            if not any(ArtefactStatus.PENDING in statuses.values() for statuses, _ in found):
                raise Conflict("Nothing is waiting to be written; retry generates failed content again.")
            return await unit.queue(roadmap.handle, TaskKind.CONTENT)

        return await self._unit(viewer, work)

    async def cancel(self, viewer: Viewer, roadmap_id: UUID) -> UUID:
        """Cancel what is going on. It holds at once; the worker saves what has finished, and starts nothing new."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.CANCEL)
            await cancel_task(unit, roadmap)
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
        kinds: Collection[ArtefactKind],
        instructions: str | None,
    ) -> UUID:
        """Have another version of some artefacts written, and nothing else; those that are there stay readable."""

        async def work(unit: Unit) -> UUID:
            roadmap = await unit.lock(roadmap_id, Command.REGENERATE)

            def again(state: ConceptState) -> ConceptState:
                for kind in kinds:
                    if state.statuses[kind] not in ARTEFACT_MOVES[ArtefactMove.REGENERATE].since:
                        raise Conflict(f"There is no {_SPOKEN[kind]} yet to regenerate; resume writes missing content.")
                return state.regenerated(kinds, instructions)

            await change_concept(unit, roadmap, concept_id, again)
            return await unit.queue(roadmap.handle, TaskKind.CONTENT, Order(scope=[concept_id]))

        return await self._unit(viewer, work)

    async def restore(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, kind: ArtefactKind, version: int
    ) -> None:
        """Make an earlier version of an artefact the current one."""

        async def work(unit: Unit) -> None:
            roadmap = await unit.lock(roadmap_id)
            concept_named(roadmap, concept_id)
            stored = await unit.roadmaps.artefact(kind, roadmap.handle, concept_id, artefact_id=None, version=version)
            if stored is None:
                raise NotFound(f"This concept has no version {version} of its {_SPOKEN[kind]}.")
            artefact = _artefact.validate_python(stored["body"])

            def back(state: ConceptState) -> ConceptState:
                if state.statuses[kind] not in ARTEFACT_MOVES[ArtefactMove.RESTORE].since:
                    raise Conflict(f"The {_SPOKEN[kind]} is queued or being written; cancel that first.")
                return state.restored(kind, stored["id"], artefact)

            await change_concept(unit, roadmap, concept_id, back)

        await self._unit(viewer, work)


async def cancel_task(unit: Unit, roadmap: RoadmapMetadata) -> None:
    """Cancel the roadmap's task, which must not have ended. Where another version was wanted, the one that is there is
    as good as before."""
    await _move(unit, roadmap, TaskMove.CANCEL, TaskStatus.CANCELLED)
    log = await unit.open_log(roadmap)
    names = {concept["concept_id"]: concept["name"] for concept in roadmap.concepts()}
    async for concept_id, state in with_pauses((await give_up(unit.session, log)).items()):
        log.add(concept_changed(state, names[concept_id], log.envelope(), log.progress))
    log.add(Cancelled(**log.envelope(), progress=log.progress))
    await unit.write(log)


async def change_concept(
    unit: Unit, roadmap: RoadmapMetadata, concept_id: str, change: Callable[[ConceptState], ConceptState]
) -> None:
    """Bring a concept into another state, and announce it. The counters are locked first, as by everybody."""
    name = concept_named(roadmap, concept_id)["name"]
    log = await unit.open_log(roadmap)
    before = (await unit.concepts.lock(roadmap.handle, [concept_id]))[concept_id]
    after = change(before)
    if after == before:
        return
    await unit.concepts.save(roadmap.handle, [after])
    log.moved(before.status, after.status)
    log.add(concept_changed(after, name, log.envelope(), log.progress))
    await unit.write(log)


async def _resumed(unit: Unit, roadmap: RoadmapMetadata) -> UUID:
    task = roadmap.task
    await _move(unit, roadmap, TaskMove.RESUME, TaskStatus.QUEUED)
    log = await unit.open_log(roadmap)
    log.add(TaskQueued(**log.envelope(), kind=task.kind))
    await unit.write(log)
    unit.ring_for(task.id, task.kind)
    return task.id


async def _move(unit: Unit, roadmap: RoadmapMetadata, move: TaskMove, to: TaskStatus) -> None:
    """The roadmap is locked, but a worker may end its task at any moment."""
    if not await unit.tasks.move(roadmap.task.id, move, to=to):
        raise Conflict("The task has just ended or been paused; read the roadmap again.")


_SPOKEN = {
    ArtefactKind.TUTORIAL: "tutorial",
    ArtefactKind.RESOURCES: "list of resources",
    ArtefactKind.QUIZ: "quiz",
}

"""How a learner steers what is written: start, pause, go on, stop, try again, this one first, this one again."""

from collections.abc import Callable, Collection
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, NotFound
from app.core.pauses import with_pauses
from app.db.event_log import EventLog
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.transitions import give_up, queue_task, stop_writing
from app.domain.concept_state import ConceptState
from app.domain.content import Artefact, ArtefactKind, ArtefactStatus
from app.domain.events import Cancelled, Event, TaskPaused, TaskQueued
from app.domain.records import Order, RoadmapMetadata
from app.domain.state_machine import ARTEFACT_MOVES, ArtefactMove, Command, TaskMove
from app.domain.tasks import RoadmapStatus, TaskKind, TaskStatus
from app.generation.announcements import concept_changed
from app.services.commands import Commands, Done, concept_name, locked

_artefact: TypeAdapter[Artefact] = TypeAdapter(Artefact)


class Steering:
    """Every method raises `NotFound` for what the user does not have, and `Conflict`, with the reason, where it makes
    no sense. Those that start or change a task give its id."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def approve(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Approve the outline. Of two that approve at once, one is told that it came second."""

        async def work(session: AsyncSession) -> Done[UUID]:
            await locked(session, roadmap_id, user_id, Command.APPROVE)
            return await _queued(session, roadmap_id, TaskKind.CONTENT)

        return await self._commands.carry_out(work)

    async def pause(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Start nothing new. What has finished is saved; calls in flight are cancelled within seconds."""

        async def work(session: AsyncSession) -> Done[UUID]:
            roadmap = await locked(session, roadmap_id, user_id, Command.PAUSE)
            await _move(session, roadmap, TaskMove.PAUSE, TaskStatus.PAUSED)
            log = await _open_log(session, roadmap)
            await stop_writing(session, log)
            log.add(
                TaskPaused(**log.envelope(), code="requested", message="Paused at your request; resume to continue.")
            )
            return Done(value=roadmap.task.id, events=await log.write(session))

        return await self._commands.carry_out(work)

    async def resume(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Go on with a paused task; else write what waits to be written, such as concepts that were added, and nothing
        else."""

        async def work(session: AsyncSession) -> Done[UUID]:
            roadmap = await locked(session, roadmap_id, user_id, Command.RESUME)
            if roadmap.status == RoadmapStatus.PAUSED:
                return await _resumed(session, roadmap)
            if roadmap.framework_data is None:
                raise Conflict("The roadmap has no outline yet; retry the draft first.")
            found = await ConceptRepository(session).statuses(roadmap_id)
            if not any(ArtefactStatus.PENDING in statuses.values() for statuses, _ in found):
                raise Conflict("Nothing is waiting to be written; retry generates failed content again.")
            return await _queued(session, roadmap_id, TaskKind.CONTENT)

        return await self._commands.carry_out(work)

    async def cancel(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Cancel what is going on. It holds at once; the worker saves what has finished, and starts nothing new."""

        async def work(session: AsyncSession) -> Done[UUID]:
            roadmap = await locked(session, roadmap_id, user_id, Command.CANCEL)
            return Done(value=roadmap.task.id, events=await cancel_task(session, roadmap))

        return await self._commands.carry_out(work)

    async def retry(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Take up everything that failed or is missing; a roadmap without an outline is drafted again."""

        async def work(session: AsyncSession) -> Done[UUID]:
            roadmap = await locked(session, roadmap_id, user_id, Command.RETRY)
            if roadmap.framework_data is None:
                return await _queued(session, roadmap_id, TaskKind.DRAFT)
            return await _queued(session, roadmap_id, TaskKind.CONTENT, retries=True)

        return await self._commands.carry_out(work)

    async def prioritise(self, roadmap_id: UUID, concept_id: str, *, user_id: str) -> UUID:
        """A waiting concept is next as soon as a slot is free."""

        async def work(session: AsyncSession) -> Done[UUID]:
            roadmap = await locked(session, roadmap_id, user_id, Command.PRIORITISE)
            concept_name(roadmap, concept_id)
            state = await ConceptRepository(session).get(roadmap_id, concept_id)
            assert state is not None, "it is a concept of the outline"
            scope = roadmap.task.order.scope
            if state.having(ArtefactStatus.GENERATING):
                raise Conflict("This concept is already being written.")
            if not state.having(ArtefactStatus.PENDING) or (scope is not None and concept_id not in scope):
                raise Conflict("This concept is not waiting to be written.")
            others = [one for one in roadmap.task.prioritised if one != concept_id]
            await TaskRepository(session).prioritise(roadmap.task.id, [concept_id, *others])
            return Done(value=roadmap.task.id)

        return await self._commands.carry_out(work)

    async def regenerate(
        self,
        roadmap_id: UUID,
        concept_id: str,
        *,
        user_id: str,
        kinds: Collection[ArtefactKind],
        instructions: str | None,
    ) -> UUID:
        """Have another version of some artefacts written, and nothing else; those that are there stay readable."""

        async def work(session: AsyncSession) -> Done[UUID]:
            roadmap = await locked(session, roadmap_id, user_id, Command.REGENERATE)

            def again(state: ConceptState) -> ConceptState:
                for kind in kinds:
                    if state.statuses[kind] not in ARTEFACT_MOVES[ArtefactMove.REGENERATE].since:
                        raise Conflict(f"There is no {_SPOKEN[kind]} yet to regenerate; resume writes missing content.")
                return state.regenerated(kinds, instructions)

            changed = await change_concept(session, roadmap, concept_id, again)
            task_id, queued = await queue_task(session, roadmap_id, TaskKind.CONTENT, Order(scope=[concept_id]))
            return Done(value=task_id, events=[*changed, *queued], queued=(task_id, TaskKind.CONTENT))

        return await self._commands.carry_out(work)

    async def restore(
        self, roadmap_id: UUID, concept_id: str, *, user_id: str, kind: ArtefactKind, version: int
    ) -> None:
        """Make an earlier version of an artefact the current one."""

        async def work(session: AsyncSession) -> Done[None]:
            roadmap = await locked(session, roadmap_id, user_id)
            concept_name(roadmap, concept_id)
            stored = await RoadmapRepository(session).artefact(
                kind, roadmap_id, concept_id, artefact_id=None, version=version
            )
            if stored is None:
                raise NotFound(f"This concept has no version {version} of its {_SPOKEN[kind]}.")
            artefact = _artefact.validate_python(stored["body"])

            def back(state: ConceptState) -> ConceptState:
                if state.statuses[kind] not in ARTEFACT_MOVES[ArtefactMove.RESTORE].since:
                    raise Conflict(f"The {_SPOKEN[kind]} is queued or being written; cancel that first.")
                return state.restored(kind, stored["id"], artefact)

            return Done(value=None, events=await change_concept(session, roadmap, concept_id, back))

        await self._commands.carry_out(work)


async def cancel_task(session: AsyncSession, roadmap: RoadmapMetadata) -> list[Event]:
    """Cancel the roadmap's task, which must not have ended. Where another version was wanted, the one that is there is
    as good as before."""
    await _move(session, roadmap, TaskMove.CANCEL, TaskStatus.CANCELLED)
    log = await _open_log(session, roadmap)
    names = {concept["concept_id"]: concept["name"] for concept in roadmap.concepts()}
    async for concept_id, state in with_pauses((await give_up(session, log)).items()):
        log.add(concept_changed(state, names[concept_id], log.envelope(), log.progress))
    log.add(Cancelled(**log.envelope(), progress=log.progress))
    return await log.write(session)


async def _queued(session: AsyncSession, roadmap_id: UUID, kind: TaskKind, *, retries: bool = False) -> Done[UUID]:
    task_id, events = await queue_task(session, roadmap_id, kind, retries=retries)
    return Done(value=task_id, events=events, queued=(task_id, kind))


async def _resumed(session: AsyncSession, roadmap: RoadmapMetadata) -> Done[UUID]:
    task = roadmap.task
    await _move(session, roadmap, TaskMove.RESUME, TaskStatus.QUEUED)
    log = await _open_log(session, roadmap)
    log.add(TaskQueued(**log.envelope(), kind=task.kind))
    return Done(value=task.id, events=await log.write(session), queued=(task.id, task.kind))


async def _move(session: AsyncSession, roadmap: RoadmapMetadata, move: TaskMove, to: TaskStatus) -> None:
    """The roadmap is locked, but a worker may end its task at any moment."""
    if not await TaskRepository(session).move(roadmap.task.id, move, to=to):
        raise Conflict("The task has just ended or been paused; read the roadmap again.")


async def _open_log(session: AsyncSession, roadmap: RoadmapMetadata) -> EventLog:
    return await EventLog.open(session, roadmap_id=roadmap.id, task_id=roadmap.task.id)


async def change_concept(
    session: AsyncSession, roadmap: RoadmapMetadata, concept_id: str, change: Callable[[ConceptState], ConceptState]
) -> list[Event]:
    """Bring a concept into another state, and announce it. The counters are locked first, as by everybody."""
    name = concept_name(roadmap, concept_id)
    log = await _open_log(session, roadmap)
    repository = ConceptRepository(session)
    before = (await repository.lock(roadmap.id, [concept_id]))[concept_id]
    after = change(before)
    if after == before:
        return []
    await repository.save(roadmap.id, [after])
    log.moved(before.status, after.status)
    log.add(concept_changed(after, name, log.envelope(), log.progress))
    return await log.write(session)


_SPOKEN = {
    ArtefactKind.TUTORIAL: "tutorial",
    ArtefactKind.RESOURCES: "list of resources",
    ArtefactKind.QUIZ: "quiz",
}

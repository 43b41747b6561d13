"""Takes roadmaps out as documents, and in again under another id."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput, NotFound
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.revision_repo import RevisionRepository
from app.db.repositories.roadmap_repo import RoadmapMetadata, RoadmapRepository
from app.db.repositories.transfer_repo import NewVersion, StoredVersion, TransferRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.base import new_id
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ArtefactStatus
from app.domain.outline_prerequisites import settled
from app.domain.outline_rules import check_parts
from app.domain.roadmap import Outline
from app.domain.roadmap_file import KeptConcept, KeptRevision, KeptState, RoadmapFile
from app.domain.tasks import ENDED, RoadmapStatus
from app.services.commands import Commands, Done
from app.services.roadmaps import CreatedRoadmap


class Transfer:
    """`max_concepts` is GREENWAY_MAX_CONCEPTS."""

    def __init__(self, sessions: Sessions, commands: Commands, *, max_concepts: int) -> None:
        self._sessions = sessions
        self._commands = commands
        self._max_concepts = max_concepts

    async def take_out(self, roadmap_id: UUID, *, user_id: str) -> RoadmapFile:
        """The roadmap with its outline, history, content, versions and progress."""

        async def work(session: AsyncSession) -> RoadmapFile:
            roadmap = await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id)
            if roadmap is None:
                raise NotFound("There is no such roadmap.")
            return await _document(session, roadmap)

        return await safe_session_with_retry(self._sessions, work, snapshot=True)

    async def take_in(self, file: RoadmapFile, *, user_id: str) -> CreatedRoadmap:
        """The same roadmap under a new id.

        Raises:
            InvalidInput: it is in no state in which a roadmap can be.
            OutlineError: an outline breaks a rule.
        """
        if file.outline is None and file.status not in (RoadmapStatus.FAILED, RoadmapStatus.CANCELLED):
            raise InvalidInput("A roadmap without an outline can only have failed or been cancelled.")
        for revision in file.revisions:
            check_parts(revision.outline, max_concepts=self._max_concepts)
        file = _settled(file)
        created = CreatedRoadmap(roadmap_id=new_id(), task_id=new_id())
        states: list[tuple[ConceptState, bool]] = []
        artefacts: list[NewVersion] = []
        for concept in file.concepts:
            state, versions = _taken_in(concept)
            states.append((state, concept.removed))
            artefacts += versions

        async def work(session: AsyncSession) -> Done[CreatedRoadmap]:
            repository = TransferRepository(session, created.roadmap_id)
            await repository.add_roadmap(file, created.task_id, user_id=user_id, epoch=uuid4(), states=states)
            await repository.add_concepts(states)
            await repository.add_versions(created.task_id, artefacts)
            return Done(value=created)

        return await self._commands.carry_out(work)


def _settled(file: RoadmapFile) -> RoadmapFile:
    """The document without prerequisites that come later, which an earlier version of Greenway let pass."""
    outline = None if file.outline is None else settled(file.outline).outline
    revisions = tuple(one.model_copy(update={"outline": settled(one.outline).outline}) for one in file.revisions)
    return file.model_copy(update={"outline": outline, "revisions": revisions})


def _outline(stored: dict[str, Any]) -> Outline:
    return settled(Outline.model_validate(stored)).outline


async def _document(session: AsyncSession, roadmap: RoadmapMetadata) -> RoadmapFile:
    versions = await TransferRepository(session, roadmap.id).versions()
    status = _resting(roadmap)
    task = roadmap.task
    failed = task.error_code is not None and status == RoadmapStatus.FAILED
    return RoadmapFile.model_validate(
        {
            "request": roadmap.request,
            "author": roadmap.author,
            "title": roadmap.title,
            "status": status,
            "failure": {"code": task.error_code, "message": task.error_message} if failed else None,
            "usage": roadmap.usage.model_dump(exclude={"unpriced"}),
            "created_at": roadmap.created_at,
            "outline": _outline(roadmap.framework_data) if roadmap.framework_data else None,
            "revision": roadmap.revision,
            "revisions": [
                KeptRevision(
                    number=one.number,
                    kind=one.kind,
                    outline=_outline(one.outline),
                    feedback=one.feedback,
                    operations=one.operations,
                    note=one.note,
                    created_at=one.created_at,
                )
                for one in await RevisionRepository(session).all(roadmap.id)
            ],
            "concepts": [
                KeptConcept(
                    concept_id=state.concept_id,
                    removed=removed,
                    learned_at=state.learned_at,
                    **{
                        kind.value: _kept(state, kind, versions.get((state.concept_id, kind), ()))
                        for kind in ArtefactKind
                    },
                )
                for state, removed in await ConceptRepository(session).everything(roadmap.id)
            ],
        }
    )


def _resting(roadmap: RoadmapMetadata) -> RoadmapStatus:
    """The state of a roadmap in a document: where it goes on to be written, as if that had been cancelled."""
    if roadmap.status in ENDED or roadmap.status == RoadmapStatus.AWAITING_REVIEW:
        return roadmap.status
    return roadmap.task.order.returns_to or RoadmapStatus.CANCELLED


def _kept(state: ConceptState, kind: ArtefactKind, stored: Sequence[StoredVersion]) -> KeptState:
    """An artefact with all its versions. What is being written waits, in a document."""
    status = state.statuses[kind]
    return KeptState(
        status=ArtefactStatus.PENDING if status == ArtefactStatus.GENERATING else status,
        current=next((each.kept.version for each in stored if each.id == state.ids[kind]), None),
        failure=state.failures.get(kind),
        instructions=state.instructions.get(kind),
        versions=tuple(each.kept for each in stored),
    )


def _taken_in(concept: KeptConcept) -> tuple[ConceptState, list[NewVersion]]:
    """The state of a concept, and its artefacts under new ids."""
    state = ConceptState(concept_id=concept.concept_id, learned_at=concept.learned_at)
    versions: list[NewVersion] = []
    for kind, kept in concept.states.items():
        for each in kept.versions:
            artefact_id = new_id()
            versions.append(NewVersion(id=artefact_id, concept_id=concept.concept_id, kind=kind, kept=each))
            if each.version == kept.current:
                state = state.delivered(kind, artefact_id, each.body)
        status: dict[str, Any] = {f"{kind}_status": kept.status}
        state = replace(
            state,
            **status,
            failures={**state.failures, kind: kept.failure} if kept.failure else state.failures,
            instructions={**state.instructions, kind: kept.instructions} if kept.instructions else state.instructions,
        )
    return state, versions

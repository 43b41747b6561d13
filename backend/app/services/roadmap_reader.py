"""Reads roadmaps, concepts and tasks as the API shows them. Each answer is one consistent snapshot."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.estimating import Estimator
from app.core.errors import Conflict, NotFound
from app.core.json import dumps
from app.db.repositories.concept_repo import ConceptRepository, plain_state
from app.db.repositories.raw_answer_repo import OUTLINE, RawAnswerRepository
from app.db.repositories.revision_repo import RevisionRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus, content_status
from app.domain.failures import FailureCode
from app.domain.outline_diff import diff
from app.domain.outline_prerequisites import DroppedPrerequisite
from app.domain.outline_revision import MAX_UNDO, Revision
from app.domain.records import RoadmapMetadata, TaskMetadata
from app.domain.roadmap import ListOrder, Outline
from app.domain.tasks import RoadmapStatus, TaskKind
from app.domain.usage import Usage
from app.services.etags import etag_of
from app.services.list_cursor import cursor_of, parse_cursor, place_of

T = TypeVar("T")

LARGE_ROADMAP = 500
"""Concepts of a roadmap that is put together beside the event loop."""


@dataclass(frozen=True, slots=True)
class RoadmapSnapshot:
    """A roadmap as JSON (`services.views.RoadmapView`), and the number of the event up to which it is complete."""

    seq: int
    etag: str
    body: bytes


class RoadmapReader:
    def __init__(self, sessions: Sessions, estimator: Estimator) -> None:
        self._sessions = sessions
        self._estimator = estimator

    async def position(self, roadmap_id: UUID, *, user_id: str) -> tuple[UUID, int]:
        """Epoch and number of the newest event."""

        async def work(session: AsyncSession) -> tuple[UUID, int] | None:
            return await RoadmapRepository(session).position(roadmap_id, user_id=user_id)

        return _found(await safe_session_with_retry(self._sessions, work, single_statement=True))

    async def read(self, roadmap_id: UUID, *, user_id: str) -> RoadmapSnapshot:
        return await self._read(roadmap_id, user_id, {})

    async def read_edited(
        self, roadmap_id: UUID, dropped: Sequence[DroppedPrerequisite], *, user_id: str
    ) -> RoadmapSnapshot:
        """The roadmap after an edit, with the prerequisites that the edit has dropped."""
        more = {"dropped_prerequisites": [one.model_dump() for one in dropped]} if dropped else {}
        return await self._read(roadmap_id, user_id, more)

    async def _read(self, roadmap_id: UUID, user_id: str, more: dict[str, Any]) -> RoadmapSnapshot:
        async def work(session: AsyncSession) -> tuple[RoadmapMetadata, dict[str, dict[str, Any]]]:
            roadmap = _found(await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id))
            return roadmap, await ConceptRepository(session).rows(roadmap_id)

        roadmap, states = await self._snapshot(work)
        etag = etag_of(roadmap.epoch, roadmap.seq)
        if len(states) > LARGE_ROADMAP:
            return RoadmapSnapshot(roadmap.seq, etag, await asyncio.to_thread(_written, roadmap, states, more))
        return RoadmapSnapshot(roadmap.seq, etag, _written(roadmap, states, more))

    async def list(
        self,
        *,
        user_id: str,
        cursor: str | None,
        limit: int,
        sort: ListOrder = ListOrder.CREATED,
        search: str | None = None,
        statuses: Collection[RoadmapStatus] = (),
        trash: bool = False,
    ) -> dict[str, Any]:
        """A page of the user's roadmaps in an order: those that are searched for, in one of the statuses if any are
        given."""
        place = parse_cursor(cursor, sort)

        async def work(session: AsyncSession) -> list[RoadmapMetadata]:
            return await RoadmapRepository(session).list_roadmaps(
                user_id=user_id,
                sort=sort,
                after=place,
                limit=limit + 1,
                search=search,
                statuses=statuses,
                trash=trash,
            )

        found = await safe_session_with_retry(self._sessions, work, single_statement=True)
        page = found[:limit]
        return {
            "items": [
                _summary(roadmap) | {"studied_at": roadmap.studied_at, "deleted_at": roadmap.deleted_at}
                for roadmap in page
            ],
            "next_cursor": cursor_of(place_of(page[-1], sort)) if len(found) > limit else None,
        }

    async def versions(self, roadmap_id: UUID, concept_id: str, *, user_id: str) -> dict[str, Any]:
        """All versions of a concept's artefacts, newest first, without their bodies."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            repository = RoadmapRepository(session)
            roadmap = _found(await repository.get_roadmap_metadata(roadmap_id, user_id=user_id))
            state = await ConceptRepository(session).get(roadmap_id, concept_id)
            if state is None or roadmap.concept(concept_id) is None:
                raise NotFound("There is no such concept in this roadmap.")
            items = [
                {"artefact": kind, **version, "current": version["artefact_id"] == state.ids[kind]}
                for kind in ArtefactKind
                for version in await repository.versions(kind, roadmap_id, concept_id)
            ]
            return {"items": items}

        return await self._snapshot(work)

    async def revisions(self, roadmap_id: UUID, *, user_id: str) -> dict[str, Any]:
        """The history of the outline, newest first."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            roadmap = _found(await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id))
            found = await RevisionRepository(session).all(roadmap_id)
            return {"items": [one | {"current": one["number"] == roadmap.revision} for one in reversed(found)]}

        return await self._snapshot(work)

    async def revision(self, roadmap_id: UUID, number: int, *, user_id: str) -> dict[str, Any]:
        """A revision of the outline, and what it changed."""

        async def work(session: AsyncSession) -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any]]:
            roadmap = _found(await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id))
            repository = RevisionRepository(session)
            found = await repository.get(roadmap_id, number)
            if found is None:
                raise NotFound(f"There is no revision {number}; the last {MAX_UNDO} edits are kept.")
            previous = await repository.before(roadmap_id, number)
            return _revision(found, roadmap), previous.outline if previous else None, found.outline

        shown, before, after = await self._snapshot(work)
        return shown | {"changes": await asyncio.to_thread(_changes, before, after)}

    async def concept(self, roadmap_id: UUID, concept_id: str, *, user_id: str, version: int | None) -> dict[str, Any]:
        """A concept with its artefacts: the current ones, or those of the given version."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            repository = RoadmapRepository(session)
            roadmap = _found(await repository.get_roadmap_metadata(roadmap_id, user_id=user_id))
            concept = roadmap.concept(concept_id)
            state = await ConceptRepository(session).get(roadmap_id, concept_id)
            if concept is None or state is None:
                raise NotFound("There is no such concept in this roadmap.")
            row = plain_state(state)
            del row["instructions"]
            shown = {"roadmap_id": roadmap_id} | _concept(concept, row)
            if shown["failures"]:
                answers = await RawAnswerRepository(session).of_concept(roadmap_id, concept_id)
                shown["failures"] = [one | {"raw_answer": answers.get(one["artefact"])} for one in shown["failures"]]
            for kind in ArtefactKind:
                artefact_id = row[f"{kind}_id"]
                stored = None
                if artefact_id is not None:
                    stored = await repository.artefact(
                        kind, roadmap_id, concept_id, artefact_id=artefact_id, version=version
                    )
                shown[kind.value] = _artefact(kind, stored) if stored else None
            if version is not None and not any(shown[kind.value] for kind in ArtefactKind):
                raise NotFound(f"This concept has no version {version}.")
            return shown

        return await self._snapshot(work)

    async def estimate(self, roadmap_id: UUID, *, user_id: str) -> dict[str, Any]:
        """What it would take to write all that is missing.

        Raises:
            Conflict: there is no outline yet.
        """

        async def work(session: AsyncSession) -> tuple[dict[ArtefactKind, int], dict[ArtefactKind, Usage]]:
            repository = RoadmapRepository(session)
            roadmap = _found(await repository.get_roadmap_metadata(roadmap_id, user_id=user_id))
            if roadmap.framework_data is None:
                raise Conflict("The roadmap has no outline yet, so nothing can be estimated.")
            found = await ConceptRepository(session).statuses(roadmap_id)
            missing = {
                kind: sum(count for statuses, count in found if statuses[kind] != ArtefactStatus.COMPLETED)
                for kind in ArtefactKind
            }
            taken = {kind: await repository.typical_usage(kind, self._estimator.author) for kind in ArtefactKind}
            return missing, {kind: usage for kind, usage in taken.items() if usage is not None}

        estimate = self._estimator.estimate(*await self._snapshot(work))
        return asdict(estimate) | {"author": self._estimator.author, "unpriced": estimate.cost_usd is None}

    async def task(self, task_id: UUID, *, user_id: str) -> dict[str, Any]:
        async def work(session: AsyncSession) -> dict[str, Any]:
            task = await TaskRepository(session).get(task_id, user_id=user_id)
            if task is None:
                raise NotFound("There is no such task.")
            roadmap = _found(await RoadmapRepository(session).get_roadmap_metadata(task.roadmap_id))
            shown = _task(task) | {"progress": roadmap.progress.model_dump()}
            if task.kind == TaskKind.DRAFT and shown["error"]:
                answers = await RawAnswerRepository(session).of_concept(task.roadmap_id, "")
                shown["error"] |= {"raw_answer": answers.get(OUTLINE)}
            return shown

        return await self._snapshot(work)

    async def _snapshot(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        return await safe_session_with_retry(self._sessions, work, snapshot=True)


def _changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[dict[str, Any]]:
    changes = diff(Outline.model_validate(before), Outline.model_validate(after)) if before else []
    return [change.model_dump(mode="json") for change in changes]


def _found(value: T | None) -> T:
    if value is None:
        raise NotFound("There is no such roadmap.")
    return value


def _summary(roadmap: RoadmapMetadata) -> dict[str, Any]:
    return {
        "roadmap_id": roadmap.id,
        "title": roadmap.title,
        "goal": roadmap.request["goal"],
        "language": roadmap.request["language"],
        "status": roadmap.status,
        "author": roadmap.author,
        "created_at": roadmap.created_at,
        "imported_at": roadmap.imported_at,
        "progress": roadmap.progress.model_dump(),
    }


def _written(roadmap: RoadmapMetadata, states: dict[str, dict[str, Any]], more: dict[str, Any]) -> bytes:
    return dumps(_roadmap(roadmap, states) | more)


def _roadmap(roadmap: RoadmapMetadata, states: dict[str, dict[str, Any]]) -> dict[str, Any]:
    stages = roadmap.framework_data["stages"] if roadmap.framework_data else []
    return _summary(roadmap) | {
        "revision": roadmap.revision,
        "can_undo": roadmap.can_undo,
        "can_redo": roadmap.can_redo,
        "seq": roadmap.seq,
        "epoch": roadmap.epoch,
        "task": _task(roadmap.task),
        "usage": roadmap.usage.model_dump(),
        "stages": [
            stage
            | {
                "order": order,
                "modules": [
                    module
                    | {"concepts": [_concept(concept, states[concept["concept_id"]]) for concept in module["concepts"]]}
                    for module in stage["modules"]
                ],
            }
            for order, stage in enumerate(stages, start=1)
        ],
    }


def _revision(revision: Revision, roadmap: RoadmapMetadata) -> dict[str, Any]:
    return {
        "number": revision.number,
        "kind": revision.kind,
        "feedback": revision.feedback,
        "note": revision.note,
        "operations": revision.operations,
        "created_at": revision.created_at,
        "current": revision.number == roadmap.revision,
    }


def _task(task: TaskMetadata) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "roadmap_id": task.roadmap_id,
        "kind": task.kind,
        "status": task.status,
        "returns_to": task.order.returns_to,
        "usage": task.usage.model_dump(),
        "error": {"code": task.error_code, "message": task.error_message} if task.error_code else None,
        "created_at": task.created_at,
        "started_at": task.started_at,
        "ended_at": task.ended_at,
    }


def _concept(concept: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A concept of the outline with its state. A thousand of them are made for one answer, so `row` is used up."""
    failures = row["failures"]
    row["content_status"] = _content_status(row["tutorial_status"], row["resources_status"], row["quiz_status"])
    row["failures"] = [_failure(kind, failures[kind]) for kind in ArtefactKind if kind in failures] if failures else []
    return concept | row


@cache
def _content_status(*statuses: str) -> ContentStatus:
    return content_status(ArtefactStatus(status) for status in statuses)


def _failure(kind: str, failure: dict[str, str]) -> dict[str, Any]:
    return {"artefact": kind, **failure, "retryable": FailureCode(failure["code"]).retryable}


def _artefact(kind: ArtefactKind, row: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = row["body"]
    if kind == ArtefactKind.QUIZ:
        body = body | {"questions": [_asked(question) for question in body["questions"]]}
    return body | {
        f"{kind}_id": row["id"],
        "version": row["version"],
        "author": row["author"],
        "prompt": row["prompt"],
        "usage": row["usage"] or Usage().model_dump(),
        "created_at": row["created_at"],
        "imported": row["imported"],
    }


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    """A question without anything that tells its answer."""
    options = [{"option_id": option["option_id"], "text": option["text"]} for option in question["options"]]
    return {name: question[name] for name in ("question_id", "type", "prompt")} | {"options": options}

"""Concepts as the API shows them: with their content, and with the versions of it."""

from functools import cache
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.json import dumps
from app.db.repositories.concept_repo import plain_state
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus, content_status
from app.domain.failures import FailureCode
from app.domain.usage import Usage
from app.domain.viewer import Viewer
from app.reading.transaction import Reads, ViewerTransaction
from app.reading.views import Versions, VersionView


class ConceptReader:
    """Methods raise `NotFound` when the viewer has no such roadmap, or that no such concept."""

    def __init__(self, read: Reads) -> None:
        self._read = read

    async def concept(self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, version: int | None = None) -> bytes:
        """A concept with its artefacts, as JSON (`reading.views.ConceptDetail`): the current ones, or those of the
        given version. Bodies are passed on as they are stored."""

        async def work(transaction: ViewerTransaction) -> dict[str, Any]:
            roadmap = await transaction.roadmap(roadmap_id)
            concept = roadmap.concept(concept_id)
            state = await transaction.concepts.get(roadmap.handle, concept_id)
            assert state is not None, "it is a concept of the outline"
            row = plain_state(state)
            del row["instructions"]
            shown = {"roadmap_id": roadmap_id} | concept_fields(concept, row)
            if shown["failures"]:
                answers = await transaction.raw_answers.of_concept(roadmap.handle, concept_id)
                shown["failures"] = [one | {"raw_answer": answers.get(one["artefact"])} for one in shown["failures"]]
            for kind in ArtefactKind:
                artefact_id = row[f"{kind}_id"]
                stored = None
                if artefact_id is not None:
                    stored = await transaction.roadmaps.artefact(
                        kind, roadmap.handle, concept_id, artefact_id=artefact_id, version=version
                    )
                shown[kind.value] = _artefact(kind, stored) if stored else None
            if version is not None and not any(shown[kind.value] for kind in ArtefactKind):
                raise NotFound(f"This concept has no version {version}.")
            return shown

        return dumps(await self._read(viewer, work))

    async def versions(self, viewer: Viewer, roadmap_id: UUID, concept_id: str) -> Versions:
        """All versions of a concept's artefacts, newest first, without their bodies."""

        async def work(transaction: ViewerTransaction) -> Versions:
            roadmap = await transaction.roadmap(roadmap_id)
            roadmap.concept(concept_id)
            state = await transaction.concepts.get(roadmap.handle, concept_id)
            assert state is not None, "it is a concept of the outline"
            return Versions(
                items=[
                    VersionView(**version, artefact=kind, current=version["artefact_id"] == state.ids[kind])
                    for kind in ArtefactKind
                    for version in await transaction.roadmaps.versions(kind, roadmap.handle, concept_id)
                ]
            )

        return await self._read(viewer, work)


def concept_fields(concept: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What `reading.views.ConceptView` has: a concept of the outline, with its state. A thousand of them are made for
    one answer, so `row` is used up."""
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

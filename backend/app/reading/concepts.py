"""Concepts as the API shows them: with their content, and with the versions of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.json import dumps
from app.db.repositories.report_repo import ReportRepository
from app.domain.content.flat import flat_content
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import FLAT_KINDS, KINDS
from app.domain.content.status import ArtefactStatus, ContentStatus, content_status
from app.domain.failures import FailureCode
from app.domain.question_reports import QuestionReport, without_reported
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
            roadmap, concept = await transaction.concept(roadmap_id, concept_id)
            row = await transaction.concepts.row(roadmap, concept_id)
            shown = concept | state_fields(row["artefacts"]) | {"learned_at": row["learned_at"]}
            if shown["failures"]:
                answers = await transaction.raw_answers.of_concept(roadmap, concept_id)
                shown["failures"] = [one | {"raw_answer": answers.get(one["artefact"])} for one in shown["failures"]]
            ids = [one["id"] for one in shown["artefacts"].values() if one["id"] is not None]
            stored = await transaction.roadmaps.artefacts(roadmap, concept_id, ids=ids, version=version)
            if version is not None and not stored:
                raise NotFound(f"This concept has no version {version}.")
            if (quiz := stored.get(ArtefactKind.QUIZ)) is not None:
                reports = await ReportRepository(transaction.session).of_quizzes(roadmap, [quiz["id"]])
                if of_quiz := reports.get(quiz["id"]):
                    stored[ArtefactKind.QUIZ] = _with_reports(quiz, of_quiz)
            contents = {kind.value: _content(kind, stored[kind]) if kind in stored else None for kind in KINDS}
            shown |= {"roadmap_id": roadmap_id} | contents
            return shown

        return dumps(await self._read(viewer, work))

    async def versions(self, viewer: Viewer, roadmap_id: UUID, concept_id: str) -> Versions:
        """All versions of a concept's artefacts, newest first, without their bodies."""

        async def work(transaction: ViewerTransaction) -> Versions:
            roadmap, _ = await transaction.concept(roadmap_id, concept_id)
            row = await transaction.concepts.row(roadmap, concept_id)
            current = {artefact.get("id") for artefact in row["artefacts"].values()}
            versions = await transaction.roadmaps.versions(roadmap, concept_id)
            return Versions(
                items=[
                    VersionView(**version, artefact=kind, current=str(version["artefact_id"]) in current)
                    for kind in KINDS
                    for version in versions.get(kind, ())
                ]
            )

        return await self._read(viewer, work)


def state_fields(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What `reading.views.ConceptView` has of a concept's artefacts, as they are stored. A thousand of them are made
    for one answer, from plain data."""
    artefacts = {kind.value: _shown(kind, stored[kind]) for kind in KINDS if kind in stored}
    shown = {
        "content_status": _content_status(*(one["status"] for one in artefacts.values())),
        "artefacts": artefacts,
        "failures": [one["failure"] for one in artefacts.values() if one["failure"] is not None],
    }
    for kind in FLAT_KINDS:
        artefact = artefacts[kind]
        shown[f"{kind}_status"] = artefact["status"]
        shown |= flat_content(kind, artefact["id"], artefact["glance"])
    return shown


@cache
def _content_status(*statuses: str) -> ContentStatus:
    return content_status(ArtefactStatus(status) for status in statuses)


def _shown(kind: ArtefactKind, stored: dict[str, Any]) -> dict[str, Any]:
    failure = stored.get("failure")
    return {
        "status": stored["status"],
        "id": stored.get("id"),
        "glance": stored.get("glance"),
        "failure": failure and _failure(kind, failure),
    }


def _failure(kind: ArtefactKind, failure: dict[str, Any]) -> dict[str, Any]:
    return {"artefact": kind, "details": {}, **failure, "retryable": FailureCode(failure["code"]).retryable}


def _with_reports(quiz: dict[str, Any], reports: Sequence[QuestionReport]) -> dict[str, Any]:
    """The row of a quiz without the questions that were reported, which are listed instead."""
    prompts = {question["question_id"]: question["prompt"] for question in quiz["body"]["questions"]}
    reported = [asdict(one) | {"prompt": prompts[one.question_id]} for one in reports]
    body = without_reported(quiz["body"], {one.question_id for one in reports})
    return quiz | {"body": body | {"reported": reported}}


def _content(kind: ArtefactKind, row: dict[str, Any]) -> dict[str, Any]:
    return KINDS[kind].public(row["body"]) | {
        f"{kind}_id": row["id"],
        "version": row["version"],
        "author": row["author"],
        "prompt": row["prompt"],
        "usage": row["usage"] or Usage().model_dump(),
        "created_at": row["created_at"],
        "imported": row["imported"],
    }

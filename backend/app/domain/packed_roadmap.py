"""A roadmap with all that belongs to it, as it is stored: outlines and what was written are JSON that is not parsed on
the way in or out. So neither the number of tutorials nor that of revisions makes other requests wait."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.core.json import dumps
from app.domain.base import new_id
from app.domain.content.concept_state import ArtefactState, ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus
from app.domain.failures import Failure
from app.domain.notes import Note
from app.domain.outline_prerequisites import settled
from app.domain.outline_revision import RevisionKind
from app.domain.question_reports import QuestionReport
from app.domain.roadmap import Outline
from app.domain.roadmap_file import VERSION, KeptConcept, KeptRevision, KeptState, RoadmapFile
from app.domain.tasks import RoadmapStatus
from app.domain.usage import Usage

Json = str
"""A JSON document, as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRevision:
    number: int
    kind: RevisionKind
    outline: Json
    feedback: str | None
    operations: Json | None
    note: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedConcept:
    """A concept of the outline, or one that an edit has `removed`."""

    content: ConceptState
    learned_at: datetime | None
    removed: bool
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedVersion:
    """One version of an artefact. `imported`: a file says who has written it, when, and what that cost."""

    id: UUID
    concept_id: str
    kind: ArtefactKind
    version: int
    author: str
    prompt: str | None
    usage: dict[str, Any] | None
    created_at: datetime
    imported: bool
    body: Json
    reports: tuple[QuestionReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRoadmap:
    """`status` is one in which nothing goes on."""

    request: dict[str, Any]
    author: str
    title: str
    status: RoadmapStatus
    failure: Failure | None
    usage: Usage
    created_at: datetime
    imported_at: datetime | None
    outline: Json | None
    revision: int | None
    revisions: tuple[PackedRevision, ...]
    kinds: tuple[ArtefactKind, ...]
    concepts: tuple[PackedConcept, ...]
    versions: tuple[PackedVersion, ...]


def packed(file: RoadmapFile, *, now: datetime) -> PackedRoadmap:
    """The roadmap of a file that comes in now. Prerequisites that come later, which an earlier version of Greenway let
    pass, are dropped."""
    concepts, versions = [], []
    for concept in file.concepts:
        content, of_concept = _unpacked(concept, file.kinds)
        note = None
        if concept.note is not None:
            note = Note(version=new_id(), markdown=concept.note.markdown, updated_at=concept.note.updated_at)
        concepts.append(
            PackedConcept(content=content, learned_at=concept.learned_at, removed=concept.removed, note=note)
        )
        versions += of_concept
    return PackedRoadmap(
        request=file.request.model_dump(mode="json"),
        author=file.author,
        title=file.title,
        status=file.status,
        failure=file.failure,
        usage=file.usage,
        created_at=file.created_at,
        imported_at=now,
        outline=_settled(file.outline) if file.outline else None,
        revision=file.revision,
        revisions=tuple(_revision(one) for one in file.revisions),
        kinds=file.kinds,
        concepts=tuple(concepts),
        versions=tuple(versions),
    )


def renewed(roadmap: PackedRoadmap) -> PackedRoadmap:
    """The same, with artefacts of other ids."""
    ids = {version.id: new_id() for version in roadmap.versions}

    def renumbered(state: ConceptState) -> ConceptState:
        artefacts = {
            kind: replace(one, id=None if one.id is None else ids[one.id]) for kind, one in state.artefacts.items()
        }
        return replace(state, artefacts=artefacts)

    return replace(
        roadmap,
        concepts=tuple(replace(one, content=renumbered(one.content)) for one in roadmap.concepts),
        versions=tuple(replace(version, id=ids[version.id]) for version in roadmap.versions),
    )


def written(roadmap: PackedRoadmap) -> Iterator[bytes]:
    """The roadmap as a file (`RoadmapFile`), piece by piece."""
    head = {
        "format": "greenway-roadmap",
        "version": VERSION,
        "request": roadmap.request,
        "author": roadmap.author,
        "title": roadmap.title,
        "status": roadmap.status,
        "failure": _failure(roadmap.failure),
        "usage": roadmap.usage.model_dump(),
        "created_at": roadmap.created_at,
        "kinds": roadmap.kinds,
        "outline": None if roadmap.outline is None else orjson.Fragment(roadmap.outline),
        "revision": roadmap.revision,
    }
    yield dumps(head)[:-1] + b',"revisions":['
    for index, revision in enumerate(roadmap.revisions):
        yield (b",\n" if index else b"\n") + dumps(
            {
                "number": revision.number,
                "kind": revision.kind,
                "outline": orjson.Fragment(revision.outline),
                "feedback": revision.feedback,
                "operations": orjson.Fragment(revision.operations or "null"),
                "note": revision.note,
                "created_at": revision.created_at,
            }
        )
    yield b'],"concepts":['
    versions: dict[tuple[str, ArtefactKind], list[PackedVersion]] = {}
    for version in roadmap.versions:
        versions.setdefault((version.concept_id, version.kind), []).append(version)
    for index, concept in enumerate(roadmap.concepts):
        concept_id, artefacts = concept.content.concept_id, concept.content.artefacts
        fields = {
            "concept_id": concept_id,
            "removed": concept.removed,
            "learned_at": concept.learned_at,
            "note": concept.note and {"markdown": concept.note.markdown, "updated_at": concept.note.updated_at},
            "artefacts": {
                kind.value: _kept(one, versions.get((concept_id, kind), ())) for kind, one in artefacts.items()
            },
        }
        yield (b",\n" if index else b"\n") + dumps(fields)
    yield b"]}\n"


def _kept(artefact: ArtefactState, versions: Sequence[PackedVersion]) -> dict[str, Any]:
    """An artefact with all its versions. What is being written waits, in a file."""
    waits = artefact.status == ArtefactStatus.GENERATING
    return {
        "status": ArtefactStatus.PENDING if waits else artefact.status,
        "current": next((one.version for one in versions if one.id == artefact.id), None),
        "failure": _failure(artefact.failure),
        "instructions": artefact.instructions,
        "versions": [
            {
                "version": one.version,
                "author": one.author,
                "prompt": one.prompt,
                "usage": one.usage,
                "created_at": one.created_at,
                "reports": [asdict(report) for report in one.reports],
                "body": orjson.Fragment(one.body),
            }
            for one in versions
        ],
    }


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    return None if failure is None else failure.model_dump(mode="json")


def _settled(outline: Outline) -> Json:
    return settled(outline).outline.model_dump_json()


def _revision(kept: KeptRevision) -> PackedRevision:
    return PackedRevision(
        number=kept.number,
        kind=kept.kind,
        outline=_settled(kept.outline),
        feedback=kept.feedback,
        operations=None if kept.operations is None else dumps(kept.operations).decode(),
        note=kept.note,
        created_at=kept.created_at,
    )


def _unpacked(concept: KeptConcept, kinds: Sequence[ArtefactKind]) -> tuple[ConceptState, list[PackedVersion]]:
    """The state of a concept, and its artefacts under new ids."""
    artefacts, versions = {}, []
    for kind in kinds:
        kept = concept.artefacts.get(kind, KeptState())
        artefacts[kind], of_kind = _unpacked_artefact(concept.concept_id, kind, kept)
        versions += of_kind
    return ConceptState(concept_id=concept.concept_id, artefacts=artefacts), versions


def _unpacked_artefact(
    concept_id: str, kind: ArtefactKind, kept: KeptState
) -> tuple[ArtefactState, list[PackedVersion]]:
    artefact = ArtefactState()
    versions = []
    for each in kept.versions:
        version = PackedVersion(
            id=new_id(),
            concept_id=concept_id,
            kind=kind,
            version=each.version,
            author=each.author,
            prompt=each.prompt,
            usage=(each.usage or Usage()).model_dump(),
            created_at=each.created_at,
            imported=True,
            body=each.body.model_dump_json(),
            reports=tuple(QuestionReport(**report.model_dump()) for report in each.reports),
        )
        versions.append(version)
        if each.version == kept.current:
            artefact = artefact.showing(version.id, each.body)
    artefact = replace(artefact, status=kept.status, failure=kept.failure, instructions=kept.instructions)
    return artefact, versions

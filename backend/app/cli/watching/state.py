"""What a watcher knows about a roadmap at one moment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from app.cli.watching.words import one_line, reason_of
from app.domain.content.concept_state import ArtefactState, ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ContentStatus
from app.domain.roadmap import Stage
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.reading.views import ConceptView, RoadmapView, StageView


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConcept:
    concept_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownModule:
    name: str
    concepts: tuple[ShownConcept, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStage:
    name: str
    modules: tuple[ShownModule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRoadmap:
    """A roadmap as it stood when event `seq` had been committed.

    `concepts` holds the state of each concept in `stages`; `reason` says why the task is paused or has failed.
    """

    roadmap_id: UUID
    epoch: UUID
    seq: int
    title: str
    author: str
    task_id: UUID
    kind: TaskKind
    task_status: TaskStatus
    status: RoadmapStatus
    progress: Progress
    reason: str | None
    kinds: tuple[ArtefactKind, ...]
    stages: tuple[ShownStage, ...]
    concepts: Mapping[str, ConceptState]

    @classmethod
    def of(cls, roadmap: RoadmapView) -> Self:
        return cls(
            roadmap_id=roadmap.roadmap_id,
            epoch=roadmap.epoch,
            seq=roadmap.seq,
            title=one_line(roadmap.title),
            author=one_line(roadmap.author),
            task_id=roadmap.task.task_id,
            kind=roadmap.task.kind,
            task_status=roadmap.task.status,
            status=roadmap.status,
            progress=Progress.model_validate(roadmap.progress.model_dump()),
            reason=reason_of(roadmap.task.error) if roadmap.task.error else None,
            kinds=tuple(roadmap.kinds),
            stages=shown_stages(roadmap.stages),
            concepts={
                concept.concept_id: _state_of(concept)
                for stage in roadmap.stages
                for module in stage.modules
                for concept in module.concepts
            },
        )


def progress_of(concepts: Iterable[ConceptState]) -> Progress:
    number = Counter(concept.status for concept in concepts)
    return Progress(
        total=number.total(),
        completed=number[ContentStatus.COMPLETED],
        partial=number[ContentStatus.PARTIAL],
        failed=number[ContentStatus.FAILED],
        generating=number[ContentStatus.GENERATING],
    )


def shown_stages(stages: Sequence[Stage] | Sequence[StageView]) -> tuple[ShownStage, ...]:
    return tuple(
        ShownStage(
            name=one_line(stage.name),
            modules=tuple(
                ShownModule(
                    name=one_line(module.name),
                    concepts=tuple(
                        ShownConcept(concept_id=concept.concept_id, name=one_line(concept.name))
                        for concept in module.concepts
                    ),
                )
                for module in stage.modules
            ),
        )
        for stage in stages
    )


def _state_of(concept: ConceptView) -> ConceptState:
    artefacts = {kind: ArtefactState(status=one["status"]) for kind, one in concept.artefacts.items()}
    return ConceptState(concept_id=concept.concept_id, artefacts=artefacts)

"""The changes of a roadmap that the ledger knows, as values; and which concepts each of them may touch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.content.status import ArtefactStatus
from app.domain.failures import Failure
from app.domain.outline_revision import HistoryPosition
from app.domain.roadmap import Outline
from app.domain.tasks import Progress
from app.domain.usage import Usage
from app.generation.work import Batch


@dataclass(frozen=True, slots=True)
class StartConcepts:
    """A worker begins to write these."""

    concept_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class SaveBatch:
    """A worker delivers. What had finished when its task was stopped is saved all the same."""

    batch: Batch


@dataclass(frozen=True, slots=True)
class FinishRun:
    """Nothing is left to write."""


@dataclass(frozen=True, slots=True)
class PauseRun:
    """The circuit breaker has tripped for this reason."""

    reason: Failure


@dataclass(frozen=True, slots=True)
class QueueTask:
    """The state's task is new; with `retries`, what has failed waits again."""

    retries: bool = False


@dataclass(frozen=True, slots=True)
class StartTask:
    """A worker has claimed the task. `total` is the number of concepts, of a draft that of those asked for."""

    total: int | None = None


@dataclass(frozen=True, slots=True)
class RequeueTask:
    """The task waits for another worker."""


@dataclass(frozen=True, slots=True)
class FailTask:
    """The task cannot go on; nothing happens to one that has been stopped or has ended. `usage` is that of an outline
    that came to nothing."""

    reason: Failure
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class CountUsage:
    """What an author used up for an outline counts, though its task had been stopped by then."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class PauseTask:
    """The learner pauses."""


@dataclass(frozen=True, slots=True)
class ResumeTask:
    """The learner goes on with a paused task."""


@dataclass(frozen=True, slots=True)
class CancelTask:
    """The learner cancels. Where another version was wanted, the one that is there is as good as before."""


@dataclass(frozen=True, slots=True)
class PutOutline:
    """The outline is another one, at this place of its history. `progress` counts its concepts, of which those in the
    state have come back with what they had. If an author has made it, its task ends, having used up `usage`."""

    outline: Outline
    history: HistoryPosition
    progress: Progress
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Another version of some artefacts is wanted, of each concept these kinds."""

    kinds: Mapping[str, Collection[ArtefactKind]]
    instructions: str | None


@dataclass(frozen=True, slots=True)
class RestoreVersion:
    """An earlier version becomes the current one."""

    concept_id: str
    artefact_id: UUID
    artefact: Artefact


@dataclass(frozen=True, slots=True)
class MarkLearned:
    """The learner has learned a concept, or has not (None)."""

    concept_id: str
    learned_at: datetime | None


Change = (
    StartConcepts
    | SaveBatch
    | FinishRun
    | PauseRun
    | QueueTask
    | StartTask
    | RequeueTask
    | FailTask
    | CountUsage
    | PauseTask
    | ResumeTask
    | CancelTask
    | PutOutline
    | Regenerate
    | RestoreVersion
    | MarkLearned
)


@dataclass(frozen=True, slots=True)
class AffectedConcepts:
    """The concepts that a change may touch: those of which an artefact is in one of the `statuses`, and those named."""

    statuses: frozenset[ArtefactStatus] = frozenset()
    concept_ids: Sequence[str] = ()


def touched_by(change: Change) -> AffectedConcepts:
    """What has to be in the state that a change is applied to. A worker knows all of its roadmap's concepts."""
    match change:
        case StartTask() | RequeueTask() | FailTask() | PauseTask() | PauseRun():
            return AffectedConcepts(statuses=frozenset({ArtefactStatus.GENERATING}))
        case QueueTask(retries=True):
            return AffectedConcepts(statuses=frozenset({ArtefactStatus.GENERATING, ArtefactStatus.FAILED}))
        case CancelTask():
            return AffectedConcepts(statuses=frozenset({ArtefactStatus.PENDING, ArtefactStatus.GENERATING}))
        case Regenerate():
            return AffectedConcepts(concept_ids=sorted(change.kinds))
        case RestoreVersion() | MarkLearned():
            return AffectedConcepts(concept_ids=[change.concept_id])
        case StartConcepts():
            return AffectedConcepts(concept_ids=change.concept_ids)
        case SaveBatch():
            return AffectedConcepts(concept_ids=sorted(change.batch.concept_ids))
        case QueueTask() | ResumeTask() | FinishRun() | CountUsage() | PutOutline():
            return AffectedConcepts()
        case _:
            assert_never(change)

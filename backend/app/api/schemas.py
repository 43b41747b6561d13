"""The bodies that clients send."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.domain.base import OutlineId
from app.domain.content.kind import ArtefactKind
from app.domain.notes import NoteText
from app.domain.outline_operations import MAX_OPERATIONS, Operation
from app.domain.packed_roadmap import PackedRoadmap
from app.domain.question_reports import Reason
from app.domain.roadmap import LearningRequest, NewRequest, Wish
from app.domain.roadmap_file import RoadmapFile
from app.domain.values import LengthLimit


class NewRoadmap(NewRequest):
    """A learning goal. With `auto_approve`, the outline is approved as soon as it is drafted."""

    auto_approve: bool = False

    def request(self) -> LearningRequest:
        return LearningRequest.model_validate(self.model_dump(exclude={"auto_approve"}))


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OutlineEdit(_Body):
    """Operations, applied in order, all or none."""

    operations: Annotated[tuple[Operation, ...], LengthLimit(MAX_OPERATIONS, least=1)]


class RevisionRequest(_Body):
    """What to change, in the learner's words."""

    feedback: Wish


class Regeneration(_Body):
    """Which artefacts to write again (all if none are named), and instructions for the author."""

    artefacts: Annotated[frozenset[ArtefactKind], LengthLimit(len(ArtefactKind), least=1)] | None = None
    instructions: Wish | None = None


class Restoration(_Body):
    """The artefact, and the version that becomes the current one."""

    artefact: ArtefactKind
    version: Annotated[int, Field(ge=1, le=1_000_000)]


class QuizAttempt(_Body):
    """The ids of the chosen options, by question id; a missing answer counts as wrong. `quiz_id` is the quiz
    that the learner saw; without it, the current quiz is marked."""

    answers: Annotated[dict[OutlineId, Annotated[list[OutlineId], LengthLimit(50)]], LengthLimit(200)]
    quiz_id: UUID | None = None


class NoteBody(_Body):
    """The note, in Markdown."""

    markdown: NoteText


class QuestionReportBody(_Body):
    """Why the question is wrong. `quiz_id` is the quiz that the learner saw; without it, the current quiz is meant."""

    reason: Reason
    quiz_id: UUID | None = None


class _FileSchema:
    """The shape of an exported roadmap, for the OpenAPI document. The file itself is checked where it is read."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(PackedRoadmap)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # As definitions it is told by its name; else it would be repeated in place.
        return handler(core_schema.definitions_schema(RoadmapFile.__pydantic_core_schema__, []))


ImportedRoadmap = Annotated[PackedRoadmap, _FileSchema()]


class Learned(_Body):
    learned: bool


IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
PageSize = Annotated[int, Field(ge=1, le=100)]

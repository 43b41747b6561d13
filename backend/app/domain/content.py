"""What is generated for a concept: tutorial, resources and quiz; and how a concept's state follows from them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, model_validator
from typing_extensions import TypeAliasType

from app.domain.base import Frozen, OutlineId
from app.domain.values import Text


class ArtefactKind(StrEnum):
    TUTORIAL = "tutorial"
    RESOURCES = "resources"
    QUIZ = "quiz"


class ArtefactStatus(StrEnum):
    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class ContentStatus(StrEnum):
    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"


class Section(Frozen):
    heading: Text
    markdown: Text


class Tutorial(Frozen):
    """A lesson in Markdown. `summary` is one or two plain sentences; `example` is a worked one."""

    kind: Literal[ArtefactKind.TUTORIAL] = ArtefactKind.TUTORIAL
    summary: Text
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    example: Text | None = None
    exercises: tuple[Text, ...] = ()
    mistakes: tuple[Text, ...] = ()


class Resource(Frozen):
    """Something to read, watch or do.

    `origin` says whether a person chose the page, a search engine found it, or it is a search to run. What was found
    has been fetched: `verdict` says whether the page answered (`unverified`: it refuses programs, or was too slow),
    `status` with which HTTP status, if any.
    """

    title: Text
    url: HttpUrl
    type: Literal["documentation", "article", "book", "course", "video", "exercise", "tool", "search"]
    language: Text
    origin: Literal["curated", "found", "search"]
    description: Text | None = None
    verdict: Literal["verified", "unverified"] | None = None
    status: int | None = None


class Resources(Frozen):
    kind: Literal[ArtefactKind.RESOURCES] = ArtefactKind.RESOURCES
    items: Annotated[tuple[Resource, ...], Field(min_length=1)]


class Option(Frozen):
    """`explanation` says why the option is right or wrong."""

    option_id: OutlineId
    text: Text
    explanation: Text | None = None


QuestionType = TypeAliasType("QuestionType", Literal["single", "multiple", "true_false"])


class Question(Frozen):
    """A question with its options in display order; `correct` holds option ids."""

    question_id: OutlineId
    type: QuestionType
    prompt: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    correct: Annotated[tuple[OutlineId, ...], Field(min_length=1)]
    explanation: Annotated[Text, Field(min_length=1)]

    @model_validator(mode="after")
    def _answers_are_valid(self) -> Self:
        ids = [option.option_id for option in self.options]
        if len(set(ids)) != len(ids):
            raise ValueError(f"question {self.question_id} uses an option id twice")
        if len({option.text.strip().casefold() for option in self.options}) != len(ids):
            raise ValueError(f"question {self.question_id} has two options with the same text")
        if not set(self.correct) <= set(ids) or len(set(self.correct)) != len(self.correct):
            raise ValueError(f"question {self.question_id} has a correct answer that is not among its options")
        if self.type != "multiple" and len(self.correct) != 1:
            raise ValueError(f"question {self.question_id} must have one correct answer")
        return self


class Quiz(Frozen):
    kind: Literal[ArtefactKind.QUIZ] = ArtefactKind.QUIZ
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _question_ids_are_unique(self) -> Self:
        ids = [question.question_id for question in self.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("the quiz uses a question id twice")
        return self


Artefact = TypeAliasType("Artefact", Annotated[Tutorial | Resources | Quiz, Field(discriminator="kind")])


def content_status(artefacts: Iterable[ArtefactStatus]) -> ContentStatus:
    """A concept's state, as it follows from those of its artefacts.

    A concept with something still to write is `pending` when nobody is writing it, even when a part is saved.
    """
    states = set(artefacts)
    if ArtefactStatus.GENERATING in states:
        return ContentStatus.GENERATING
    if ArtefactStatus.PENDING in states:
        return ContentStatus.PENDING
    if states == {ArtefactStatus.COMPLETED}:
        return ContentStatus.COMPLETED
    if states == {ArtefactStatus.FAILED}:
        return ContentStatus.FAILED
    return ContentStatus.PARTIAL

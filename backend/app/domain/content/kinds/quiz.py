"""Quizzes: questions, whose answers readers do not see."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import TypeAliasType

from app.domain.base import FrozenModel, OutlineId
from app.domain.content.kind import ArtefactKind, Body, Glance, KindSpec, Passage, StoredBody
from app.domain.values import Text


class Option(FrozenModel):
    """`explanation` says why the option is right or wrong."""

    option_id: OutlineId
    text: Text
    explanation: Text | None = None


QuestionType = TypeAliasType("QuestionType", Literal["single", "multiple", "true_false"])


class Question(FrozenModel):
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


class Quiz(Body):
    kind: Literal[ArtefactKind.QUIZ] = ArtefactKind.QUIZ
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _question_ids_are_unique(self) -> Self:
        ids = [question.question_id for question in self.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("the quiz uses a question id twice")
        return self


def _glance(quiz: Quiz) -> Glance:
    return Glance(count=len(quiz.questions))


def _public(quiz: StoredBody) -> StoredBody:
    return quiz | {"questions": [_without_answer(question) for question in quiz["questions"]]}


def _without_answer(question: StoredBody) -> StoredBody:
    options = [{"option_id": option["option_id"], "text": option["text"]} for option in question["options"]]
    return {name: question[name] for name in ("question_id", "type", "prompt")} | {"options": options}


def _passages(quiz: StoredBody) -> Iterator[Passage]:
    for question in quiz["questions"]:
        options = "\n".join(option["text"] for option in question["options"])
        yield Passage("", f"{question['prompt']}\n{options}", f"question-{question['question_id']}")


QUIZ = KindSpec(
    body=Quiz,
    noun="quiz",
    glance=_glance,
    public=_public,
    passages=_passages,
    flat={"quiz_questions_count": "count"},
)

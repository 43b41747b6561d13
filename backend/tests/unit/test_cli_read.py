"""`greenway read` and `learned`: a lesson in the terminal, harmless whatever its author wrote."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console
from rich.markdown import Markdown

from app.cli.concept_markdown import concept_markdown, what_is_missing
from app.domain.changes import ShownFailure
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.tutorial import Section
from app.domain.usage import Usage
from app.reading.views import ArtefactFailureDetail, ConceptDetail, QuizView, TutorialView

ID = UUID("01990000-0000-7000-8000-000000000001")
MADE: dict[str, Any] = {
    "version": 1,
    "author": "openai:gpt-5",
    "prompt": None,
    "usage": Usage(),
    "created_at": datetime(2026, 3, 1, tzinfo=UTC),
}


def a_concept(**fields: Any) -> ConceptDetail:
    statuses = {f"{kind}_status": "pending" for kind in ArtefactKind}
    known: dict[str, Any] = {
        "concept_id": "joins",
        "name": "Joins",
        "description": "",
        "estimated_hours": 1,
        "difficulty": "easy",
        "keywords": [],
        "prerequisites": [],
        "content_status": "pending",
        "tutorial_id": None,
        "content_summary": None,
        "resources_id": None,
        "resources_count": None,
        "quiz_id": None,
        "quiz_questions_count": None,
        "failures": [],
        "learned_at": None,
        "roadmap_id": ID,
        "tutorial": None,
        "resources": None,
        "quiz": None,
    }
    shown: dict[str, Any] = {**known, **statuses, **fields}
    failures = {
        failure.artefact: ShownFailure(**failure.model_dump(exclude={"raw_answer"})) for failure in shown["failures"]
    }
    artefacts = {
        kind: {"status": shown[f"{kind}_status"], "id": None, "glance": None, "failure": failures.get(kind)}
        for kind in ArtefactKind
    }
    return ConceptDetail.model_validate({"artefacts": artefacts, **shown})


def a_tutorial(markdown: str) -> TutorialView:
    section = Section(heading="Why *so*", markdown=markdown)
    return TutorialView(tutorial_id=ID, summary="In short.", sections=(section,), exercises=("One\ntwo",), **MADE)


def a_quiz() -> QuizView:
    question = {
        "question_id": "q1",
        "type": "multiple",
        "prompt": "Which?",
        "options": [{"option_id": "a", "text": "`a`"}, {"option_id": "b", "text": "b"}],
    }
    return QuizView.model_validate({"kind": "quiz", "questions": [question], "quiz_id": ID, **MADE})


def test_a_lesson_is_markdown() -> None:
    concept = a_concept(
        tutorial=a_tutorial("```sql\nSELECT 1\n```"),
        quiz=a_quiz(),
        tutorial_status="completed",
        quiz_status="completed",
    )
    assert concept_markdown(concept) == (
        "# Joins\n\nIn short.\n\n## Why \\*so\\*\n\n```sql\nSELECT 1\n```\n\n## Try it\n\n1. One\n   two\n\n"
        "## Quiz\n\n1. Which?\n\n   More than one answer may be right.\n\n   - `a`\n   - b\n"
    )
    assert list(what_is_missing(concept)) == ["The list of resources of Joins has not been written yet."]


def test_nothing_there_is_one_sentence() -> None:
    assert concept_markdown(a_concept()) == ""
    assert list(what_is_missing(a_concept())) == [
        "Joins has not been written yet; `greenway prioritise` writes it next."
    ]
    writing = a_concept(quiz_status="generating")
    assert list(what_is_missing(writing)) == ["Joins is being written; please try again shortly."]


def test_a_failure_says_why() -> None:
    failure = ArtefactFailureDetail(
        artefact=ArtefactKind.QUIZ, code="timeout", message="The author took too long.", retryable=True, raw_answer=None
    )
    concept = a_concept(tutorial=a_tutorial("x"), quiz_status="failed", failures=[failure])
    assert "The quiz of Joins failed. The author took too long." in list(what_is_missing(concept))


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b]52;c;aGk=\x07",
        "&#27;[2J &#x1b;]0;title&#7;",
        "[x](http://h/\x1b[31m)",
        "\x9b31m",
        "```\n\x1b[2J\n```",
        "`&#155;`",
    ],
)
def test_what_a_model_wrote_does_not_steer_the_terminal(attack: str) -> None:
    markdown = concept_markdown(a_concept(name=f"Joins {attack}", tutorial=a_tutorial(attack)))
    drawn = io.StringIO()
    # Without colours and links, nothing that is drawn is a control sequence of ours.
    Console(file=drawn, width=80, color_system=None).print(Markdown(markdown, hyperlinks=False))
    for text in (markdown, drawn.getvalue()):
        assert not [c for c in text if c not in "\n\t" and (ord(c) < 32 or 127 <= ord(c) < 160)]

"""Questions of quizzes that learners report as wrong: they are neither shown nor marked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from app.domain.content.kind import StoredBody
from app.domain.roadmap import typed
from app.domain.text import in_lines

MAX_REASON = 500
"""Characters of the reason of a report."""
MAX_REPORTS = 200
"""Of one version of a quiz, in a file."""

Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_REASON),
    typed(in_lines, most=MAX_REASON, name="MAX_REASON"),
]
"""Why the learner takes a question for wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    question_id: str
    reason: str
    created_at: datetime


def without_reported(quiz: StoredBody, reported: Collection[str]) -> StoredBody:
    """A stored quiz without the questions that were reported."""
    return quiz | {"questions": [one for one in quiz["questions"] if one["question_id"] not in reported]}

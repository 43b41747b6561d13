"""How the built-in author writes each kind of artefact."""

from collections.abc import Callable, Mapping

from app.agents.builtin.quiz import write_quiz
from app.agents.builtin.resources import write_resources
from app.agents.builtin.study import Study
from app.agents.builtin.tutorial import write_tutorial
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact

WRITERS: Mapping[ArtefactKind, Callable[[Study], Artefact]] = {
    ArtefactKind.TUTORIAL: write_tutorial,
    ArtefactKind.RESOURCES: write_resources,
    ArtefactKind.QUIZ: write_quiz,
}

"""Marks what learners answer. Answers stay on the server until then; attempts are not kept."""

from uuid import UUID

from app.commands.unit import Unit, UnitOfWork, concept_named
from app.core.errors import Conflict, InvalidInput, NotFound
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.quiz import Quiz
from app.domain.quiz_marking import Answers, MarkedQuiz, UnknownAnswer, mark
from app.domain.viewer import Viewer


class Quizzes:
    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def attempt(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, answers: Answers, quiz_id: UUID | None
    ) -> MarkedQuiz:
        """Mark answers to the concept's current quiz, or to the version that the learner has read.

        Raises:
            NotFound: the viewer has no such roadmap, or it has no such concept, or that no such quiz.
            Conflict: the concept has no quiz yet.
            InvalidInput: an answer to what was not asked.
        """

        async def work(unit: Unit) -> Quiz:
            roadmap = await unit.roadmap(roadmap_id)
            concept_named(roadmap, concept_id)
            state = await unit.concepts.get(roadmap.handle, concept_id)
            wanted = quiz_id or (state.artefacts[ArtefactKind.QUIZ].id if state else None)
            if wanted is None:
                raise Conflict("This concept has no quiz yet.")
            found = await unit.roadmaps.artefacts(roadmap.handle, concept_id, ids=[wanted])
            if ArtefactKind.QUIZ not in found:
                raise NotFound("This concept has no such quiz.")
            await unit.roadmaps.note_study(roadmap_id, viewer)
            return Quiz.model_validate(found[ArtefactKind.QUIZ]["body"])

        quiz = await self._unit(viewer, work)
        try:
            return mark(quiz, answers)
        except UnknownAnswer as error:
            raise InvalidInput(str(error), fields=[{"field": "answers", "message": str(error)}]) from error

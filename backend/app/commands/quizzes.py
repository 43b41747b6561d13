"""Marks what learners answer. Answers stay on the server until then; attempts are not kept."""

from uuid import UUID

from app.commands.unit import Unit, UnitOfWork, concept_named
from app.core.errors import Conflict, InvalidInput, NotFound
from app.domain.content import ArtefactKind, Quiz
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
            wanted = quiz_id or (state.ids[ArtefactKind.QUIZ] if state else None)
            if wanted is None:
                raise Conflict("This concept has no quiz yet.")
            stored = await unit.roadmaps.artefact(
                ArtefactKind.QUIZ, roadmap.handle, concept_id, artefact_id=wanted, version=None
            )
            if stored is None:
                raise NotFound("This concept has no such quiz.")
            await unit.roadmaps.note_study(roadmap_id, viewer)
            return Quiz.model_validate(stored["body"])

        quiz = await self._unit(viewer, work)
        try:
            return mark(quiz, answers)
        except UnknownAnswer as error:
            raise InvalidInput(str(error), fields=[{"field": "answers", "message": str(error)}]) from error

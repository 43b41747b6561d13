"""Marks what learners answer. Answers stay on the server until then; attempts are not kept."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, InvalidInput, NotFound
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.content import ArtefactKind, Quiz
from app.domain.quiz_marking import Answers, MarkedQuiz, UnknownAnswer, mark
from app.services.commands import concept_name


class Quizzes:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def attempt(
        self, roadmap_id: UUID, concept_id: str, *, user_id: str, answers: Answers, quiz_id: UUID | None
    ) -> MarkedQuiz:
        """Mark answers to the concept's current quiz, or to the version that the learner has read.

        Raises:
            NotFound: the user has no such roadmap, or it has no such concept, or that no such quiz.
            Conflict: the concept has no quiz yet.
            InvalidInput: an answer to what was not asked.
        """

        async def work(session: AsyncSession) -> Quiz:
            repository = RoadmapRepository(session)
            roadmap = await repository.get_roadmap_metadata(roadmap_id, user_id=user_id)
            if roadmap is None:
                raise NotFound("There is no such roadmap.")
            concept_name(roadmap, concept_id)
            state = await ConceptRepository(session).get(roadmap_id, concept_id)
            wanted = quiz_id or (state.ids[ArtefactKind.QUIZ] if state else None)
            if wanted is None:
                raise Conflict("This concept has no quiz yet.")
            stored = await repository.artefact(
                ArtefactKind.QUIZ, roadmap_id, concept_id, artefact_id=wanted, version=None
            )
            if stored is None:
                raise NotFound("This concept has no such quiz.")
            return Quiz.model_validate(stored["body"])

        async def note(session: AsyncSession) -> None:
            await RoadmapRepository(session).note_study(roadmap_id, user_id=user_id)

        quiz = await safe_session_with_retry(self._sessions, work, snapshot=True)
        await safe_session_with_retry(self._sessions, note)
        try:
            return mark(quiz, answers)
        except UnknownAnswer as error:
            raise InvalidInput(str(error), fields=[{"field": "answers", "message": str(error)}]) from error

"""Marks what learners answer, and takes out questions that they report as wrong. Answers stay on the server until then;
attempts are not kept."""

from uuid import UUID

from app.commands.unit import Unit, UnitOfWork, concept_named
from app.core.errors import Conflict, InvalidInput, NotFound
from app.db.repositories.report_repo import ReportRepository
from app.db.repositories.search_repo import SearchRepository
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.quiz import Quiz
from app.domain.quiz_marking import Answers, MarkedQuiz, UnknownAnswer, mark
from app.domain.viewer import RoadmapHandle, Viewer


class Quizzes:
    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def attempt(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, answers: Answers, quiz_id: UUID | None
    ) -> MarkedQuiz:
        """Mark answers to the concept's current quiz, or to the version that the learner has read. Questions that were
        reported do not count, nor do answers to them.

        Raises:
            NotFound: the viewer has no such roadmap, or it has no such concept, or that no such quiz.
            Conflict: the concept has no quiz yet, or every question of it was reported.
            InvalidInput: an answer to what was not asked.
        """

        async def work(unit: Unit) -> tuple[Quiz, set[str]]:
            roadmap, wanted, quiz = await _quiz(unit, roadmap_id, concept_id, quiz_id)
            reports = await ReportRepository(unit.session).of_quizzes(roadmap, [wanted])
            await unit.roadmaps.note_study(roadmap_id, viewer)
            return quiz, {one.question_id for one in reports.get(wanted, ())}

        quiz, reported = await self._unit(viewer, work)
        asked = tuple(one for one in quiz.questions if one.question_id not in reported)
        if not asked:
            raise Conflict("Every question of this quiz was reported as wrong; regenerate the quiz.")
        counted = {question_id: chosen for question_id, chosen in answers.items() if question_id not in reported}
        try:
            return mark(quiz.model_copy(update={"questions": asked}), counted)
        except UnknownAnswer as error:
            raise InvalidInput(str(error), fields=[{"field": "answers", "message": str(error)}]) from error

    async def report(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, question_id: str, *, reason: str, quiz_id: UUID | None
    ) -> None:
        """Take a question that is wrong out of what is shown and marked.

        Raises:
            NotFound: the viewer has no such roadmap, or it has no such concept, quiz or question.
            Conflict: the concept has no quiz yet.
        """

        async def work(unit: Unit) -> None:
            roadmap, wanted = await _with_question(unit, roadmap_id, concept_id, question_id, quiz_id)
            await ReportRepository(unit.session).save(wanted, question_id, reason)
            await SearchRepository(unit.session).outdate(roadmap)

        await self._unit(viewer, work)

    async def withdraw(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, question_id: str, *, quiz_id: UUID | None
    ) -> None:
        """Take back a report: the question is shown and marked again. Raises as `report`."""

        async def work(unit: Unit) -> None:
            roadmap, wanted = await _with_question(unit, roadmap_id, concept_id, question_id, quiz_id)
            await ReportRepository(unit.session).remove(wanted, question_id)
            await SearchRepository(unit.session).outdate(roadmap)

        await self._unit(viewer, work)


async def _with_question(
    unit: Unit, roadmap_id: UUID, concept_id: str, question_id: str, quiz_id: UUID | None
) -> tuple[RoadmapHandle, UUID]:
    """The roadmap, and the id of its quiz that has the question."""
    roadmap, wanted, quiz = await _quiz(unit, roadmap_id, concept_id, quiz_id)
    if question_id not in {one.question_id for one in quiz.questions}:
        raise NotFound("This quiz has no such question.")
    await unit.roadmaps.note_study(roadmap_id, unit.viewer)
    return roadmap, wanted


async def _quiz(
    unit: Unit, roadmap_id: UUID, concept_id: str, quiz_id: UUID | None
) -> tuple[RoadmapHandle, UUID, Quiz]:
    """The version of a concept's quiz with this id, or the current one."""
    roadmap = await unit.roadmap(roadmap_id)
    concept_named(roadmap, concept_id)
    state = await unit.concepts.get(roadmap.handle, concept_id)
    wanted = quiz_id or (state.artefacts[ArtefactKind.QUIZ].id if state else None)
    if wanted is None:
        raise Conflict("This concept has no quiz yet.")
    found = await unit.roadmaps.artefacts(roadmap.handle, concept_id, ids=[wanted])
    if ArtefactKind.QUIZ not in found:
        raise NotFound("This concept has no such quiz.")
    return roadmap.handle, wanted, Quiz.model_validate(found[ArtefactKind.QUIZ]["body"])

"""Concepts with their content."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.api.answers import CONFLICT, PREFIX, json_response
from app.api.bodies import BodyRoute
from app.api.deps import ConceptId, CurrentViewer, RoadmapId, Services
from app.api.schemas import Learned, QuestionReportBody, QuizAttempt, Regeneration, Restoration
from app.domain.quiz_marking import MarkedQuiz
from app.domain.viewer import Viewer
from app.reading.views import Accepted, ConceptDetail, MarkedQuizView, Versions
from app.services.api_services import ApiServices

router = APIRouter(prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}/concepts", tags=["concepts"], route_class=BodyRoute)


@router.get("/{concept_id}", response_model=ConceptDetail)
async def get_concept(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    services: Services,
    viewer: CurrentViewer,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """A concept with its tutorial, resources and quiz, each null until it is written. The quiz shows no answers."""
    return json_response(await services.read.concepts.concept(viewer, roadmap_id, concept_id, version=version))


@router.get("/{concept_id}/versions")
async def list_versions(
    roadmap_id: RoadmapId, concept_id: ConceptId, services: Services, viewer: CurrentViewer
) -> Versions:
    """All versions of the concept's artefacts, newest first."""
    return await services.read.concepts.versions(viewer, roadmap_id, concept_id)


@router.post("/{concept_id}/prioritise", status_code=202, response_model=Accepted, responses=CONFLICT)
async def prioritise_concept(
    roadmap_id: RoadmapId, concept_id: ConceptId, services: Services, viewer: CurrentViewer
) -> Accepted:
    """Write this concept next."""
    return Accepted(task_id=await services.commands.steering.prioritise(viewer, roadmap_id, concept_id))


@router.post("/{concept_id}/regenerate", status_code=202, response_model=Accepted, responses=CONFLICT)
async def regenerate_concept(
    roadmap_id: RoadmapId, concept_id: ConceptId, body: Regeneration, services: Services, viewer: CurrentViewer
) -> Accepted:
    """Write new versions of some artefacts, following the instructions, if any. Older versions stay readable."""
    task_id = await services.commands.steering.regenerate(
        viewer, roadmap_id, concept_id, kinds=body.artefacts, instructions=body.instructions
    )
    return Accepted(task_id=task_id)


@router.post("/{concept_id}/restore", response_model=ConceptDetail, responses=CONFLICT)
async def restore_version(
    roadmap_id: RoadmapId, concept_id: ConceptId, body: Restoration, services: Services, viewer: CurrentViewer
) -> Response:
    """Make an earlier version of an artefact the current one."""
    await services.commands.steering.restore(viewer, roadmap_id, concept_id, kind=body.artefact, version=body.version)
    return await _concept(roadmap_id, concept_id, services, viewer)


@router.post("/{concept_id}/quiz/attempts", status_code=201, response_model=MarkedQuizView, responses=CONFLICT)
async def attempt_quiz(
    roadmap_id: RoadmapId, concept_id: ConceptId, body: QuizAttempt, services: Services, viewer: CurrentViewer
) -> MarkedQuiz:
    """Mark answers to the quiz: which are right, what the right ones are, and why. Attempts are not kept."""
    return await services.commands.quizzes.attempt(
        viewer, roadmap_id, concept_id, answers=body.answers, quiz_id=body.quiz_id
    )


@router.put("/{concept_id}/quiz/questions/{question_id}/report", response_model=ConceptDetail, responses=CONFLICT)
async def report_question(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    question_id: ConceptId,
    body: QuestionReportBody,
    services: Services,
    viewer: CurrentViewer,
) -> Response:
    """Report a question as wrong: it is neither shown nor marked any more. To get a new quiz, regenerate it."""
    await services.commands.quizzes.report(
        viewer, roadmap_id, concept_id, question_id, reason=body.reason, quiz_id=body.quiz_id
    )
    return await _concept(roadmap_id, concept_id, services, viewer)


@router.delete("/{concept_id}/quiz/questions/{question_id}/report", response_model=ConceptDetail, responses=CONFLICT)
async def withdraw_report(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    question_id: ConceptId,
    services: Services,
    viewer: CurrentViewer,
    quiz_id: UUID | None = None,
) -> Response:
    """Withdraw the report of a question: it is shown and marked again."""
    await services.commands.quizzes.withdraw(viewer, roadmap_id, concept_id, question_id, quiz_id=quiz_id)
    return await _concept(roadmap_id, concept_id, services, viewer)


@router.put("/{concept_id}/learned", response_model=ConceptDetail, responses=CONFLICT)
async def mark_learned(
    roadmap_id: RoadmapId, concept_id: ConceptId, body: Learned, services: Services, viewer: CurrentViewer
) -> Response:
    """Mark the concept as learned or not learned."""
    await services.commands.roadmaps.mark_learned(viewer, roadmap_id, concept_id, learned=body.learned)
    return await _concept(roadmap_id, concept_id, services, viewer)


async def _concept(roadmap_id: RoadmapId, concept_id: str, services: ApiServices, viewer: Viewer) -> Response:
    return json_response(await services.read.concepts.concept(viewer, roadmap_id, concept_id))

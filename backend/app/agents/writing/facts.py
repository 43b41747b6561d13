"""What a model is told about the learner, the concept and its place in the roadmap."""

from typing import Any

from app.domain.outline_rules import learning_order
from app.domain.roadmap import Concept, LearningRequest
from app.generation.work import ConceptBrief

BEFORE, AFTER = 6, 4
"""Neighbouring concepts that are named: what was learned just before, and what comes next."""


def facts_of_learner(request: LearningRequest) -> dict[str, Any]:
    """What the learner has said; what they have not said is left out."""
    said = request.model_dump(mode="json", exclude={"concepts"}, exclude_none=True)
    if not said["content_preference"]:
        del said["content_preference"]
    if second := said.pop("secondary_language", None):
        said["second_language"] = second
    return said


def facts_of(brief: ConceptBrief) -> dict[str, Any]:
    ordered = learning_order(brief.outline.concepts)
    place = next(index for index, one in enumerate(ordered) if one.concept_id == brief.concept.concept_id)
    names = {one.concept_id: one.name for one in ordered}
    required = [names[concept_id] for concept_id in brief.concept.prerequisites if concept_id in names]
    wish = {"wish": brief.instructions} if brief.instructions else {}
    return wish | {
        "language": brief.request.language,
        "learner": facts_of_learner(brief.request),
        "course": brief.outline.title,
        "stage": brief.stage_name,
        "module": brief.module_name,
        "lesson": f"{place + 1} of {len(ordered)}",
        "concept": _told(brief.concept) | {"hours": brief.concept.estimated_hours, "requires": required},
        "learned_before": [_told(one) for one in ordered[max(0, place - BEFORE) : place]],
        "comes_next": [_told(one) for one in ordered[place + 1 : place + 1 + AFTER]],
    }


def _told(concept: Concept) -> dict[str, Any]:
    told = concept.model_dump(mode="json", include={"name", "description", "difficulty", "keywords"})
    return {name: value for name, value in told.items() if value}

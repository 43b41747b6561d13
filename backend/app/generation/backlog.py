"""What a task still has to write, in learning order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.content.concept_state import ConceptState
from app.domain.content.status import ArtefactStatus
from app.domain.outline_rules import learning_order
from app.domain.roadmap import LearningRequest, Outline
from app.domain.usage import NOTHING, Usage
from app.generation.work import ConceptBrief, PendingConcept


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """`prioritised` are ids of concepts that come first; `spent` is what the task has used up before."""

    concepts: Sequence[PendingConcept]
    request: LearningRequest
    prioritised: Sequence[str] = ()
    spent: Usage = NOTHING


def backlog_of(
    outline: Outline,
    request: LearningRequest,
    states: Mapping[str, ConceptState],
    *,
    scope: Collection[str] | None = None,
    prioritised: Sequence[str] = (),
    spent: Usage = NOTHING,
) -> Backlog:
    """What waits, of all concepts or of those in `scope`."""
    briefs = {
        concept.concept_id: ConceptBrief(
            concept=concept, stage_name=stage.name, module_name=module.name, request=request, outline=outline
        )
        for stage in outline.stages
        for module in stage.modules
        for concept in module.concepts
    }
    waiting = [
        PendingConcept(brief=briefs[concept.concept_id], missing=missing, instructions=state.instructions)
        for concept in learning_order(outline.concepts)
        if (scope is None or concept.concept_id in scope)
        and (missing := (state := states[concept.concept_id]).having(ArtefactStatus.PENDING))
    ]
    return Backlog(concepts=waiting, request=request, prioritised=prioritised, spent=spent)

"""The first three kinds by the names that they have beside the other fields of a concept, in reads and in events:
`{kind}_status`, `{kind}_id`, and at a glance `content_summary`, `resources_count` and `quiz_questions_count`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.domain.content.concept_state import ConceptState
from app.domain.content.kind import ArtefactKind, Glance
from app.domain.content.kinds import FLAT_KINDS, KINDS


def flat_contents(concept: ConceptState) -> dict[str, Any]:
    """Ids and glances of the current artefacts."""
    fields: dict[str, Any] = {}
    for kind in FLAT_KINDS:
        artefact = concept.artefacts[kind]
        fields |= flat_content(kind, artefact.id, artefact.glance)
    return fields


def flat_statuses(concept: ConceptState) -> dict[str, Any]:
    return {f"{kind}_status": concept.artefacts[kind].status for kind in FLAT_KINDS}


def flat_content(
    kind: ArtefactKind, artefact_id: UUID | str | None, glance: Glance | Mapping[str, Any] | None
) -> dict[str, Any]:
    """Id and glance of an artefact."""
    shown: Mapping[str, Any] = glance or {}
    return {f"{kind}_id": artefact_id} | {name: shown.get(within) for name, within in KINDS[kind].flat.items()}

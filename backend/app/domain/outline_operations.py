"""What can be done to an outline: operations as data, for learners and authors alike."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from app.domain.base import FrozenModel, OutlineId
from app.domain.roadmap import MAX_OUTLINE_CONCEPTS, Difficulty, Hours, Keywords, Name, Prerequisites, Prose, Title
from app.domain.values import LengthLimit

MAX_OPERATIONS = 500
"""How many operations one edit may have."""

Sibling = OutlineId | None
"""Before which of its siblings something stands; None for the end."""
Target = TypeAliasType("Target", Literal["stage", "module", "concept"])


class NewConcept(FrozenModel):
    """A new concept, without its place. An id is generated if none is given."""

    concept_id: OutlineId | None = None
    name: Name
    description: Prose = ""
    estimated_hours: Hours = 1.0
    difficulty: Difficulty = "medium"
    keywords: Keywords = ()
    prerequisites: Prerequisites = ()


class NewModule(FrozenModel):
    module_id: OutlineId | None = None
    name: Name
    description: Prose = ""
    concepts: Annotated[tuple[NewConcept, ...], LengthLimit(MAX_OPERATIONS, least=1)]


class AddConcept(NewConcept):
    op: Literal["add_concept"] = "add_concept"
    module_id: OutlineId
    before: Sibling = None


class AddModule(NewModule):
    op: Literal["add_module"] = "add_module"
    stage_id: OutlineId
    before: Sibling = None


class AddStage(FrozenModel):
    op: Literal["add_stage"] = "add_stage"
    stage_id: OutlineId | None = None
    name: Name
    description: Prose = ""
    modules: Annotated[tuple[NewModule, ...], LengthLimit(MAX_OPERATIONS, least=1)]
    before: Sibling = None


class Retitle(FrozenModel):
    op: Literal["retitle"] = "retitle"
    title: Title


class Rename(FrozenModel):
    op: Literal["rename"] = "rename"
    target: Target
    id: OutlineId
    name: Name


class Describe(FrozenModel):
    op: Literal["describe"] = "describe"
    target: Target
    id: OutlineId
    description: Prose


class Remove(FrozenModel):
    """Removes a part of the outline, and parents that become empty. Concepts that required it require its prerequisites
    instead."""

    op: Literal["remove"] = "remove"
    target: Target
    id: OutlineId


class Move(FrozenModel):
    """Moves a concept into a module, a module into a stage, or a stage (`into` is None), before a sibling there.
    Parents that become empty are removed, and so is a prerequisite that now comes later: what it required is required
    instead."""

    op: Literal["move"] = "move"
    target: Target
    id: OutlineId
    into: OutlineId | None = None
    before: Sibling = None


class Reorder(FrozenModel):
    """Puts the stages, the modules of a stage or the concepts of a module (`of`) in a new order: all their ids.
    Prerequisites follow as they do in a move."""

    op: Literal["reorder"] = "reorder"
    target: Target
    of: OutlineId | None = None
    order: Annotated[tuple[OutlineId, ...], LengthLimit(MAX_OUTLINE_CONCEPTS, least=1)]


class Change(FrozenModel):
    """Changes the given fields of a concept. Prerequisites must come earlier in the outline."""

    op: Literal["change"] = "change"
    concept_id: OutlineId
    estimated_hours: Hours | None = None
    difficulty: Difficulty | None = None
    keywords: Keywords | None = None
    prerequisites: Prerequisites | None = None


class Merge(FrozenModel):
    """Merges several concepts into one: the first keeps its id and its content, the others are removed."""

    op: Literal["merge"] = "merge"
    concept_ids: Annotated[tuple[OutlineId, ...], LengthLimit(20, least=2)]
    name: Name
    description: Prose = ""


class Split(FrozenModel):
    """Splits a concept into several, each requiring the one before; the first keeps the id and the content."""

    op: Literal["split"] = "split"
    concept_id: OutlineId
    into: Annotated[tuple[NewConcept, ...], LengthLimit(20, least=2)]


Operation = TypeAliasType(
    "Operation",
    Annotated[
        AddStage
        | AddModule
        | AddConcept
        | Retitle
        | Rename
        | Describe
        | Remove
        | Move
        | Reorder
        | Change
        | Merge
        | Split,
        Field(discriminator="op"),
    ],
)


class RevisionPlan(FrozenModel):
    """What an author proposes in answer to a learner's words; `note` tells the learner what it means."""

    operations: Annotated[tuple[Operation, ...], LengthLimit(MAX_OPERATIONS, least=1)]
    note: Prose = ""

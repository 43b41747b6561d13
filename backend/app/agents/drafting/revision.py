"""Revision by words: the model answers with operations on the outline, not with a new one."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, ValidationError

from app.agents.asking.asker import Asker
from app.agents.asking.prompts import load_prompt
from app.agents.asking.structured_request import InvalidReply, Line, Reply, StructuredRequest, at_most
from app.agents.writing.facts import facts_of_learner
from app.domain.failures import FailureCode, failure
from app.domain.outline_edits import apply_operations, fresh_id
from app.domain.outline_operations import (
    AddConcept,
    AddModule,
    AddStage,
    Change,
    Describe,
    Merge,
    Move,
    NewConcept,
    NewModule,
    Operation,
    Remove,
    Rename,
    Reorder,
    RevisionPlan,
    Split,
    Target,
)
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.roadmap import Concept, LearningRequest, Outline
from app.domain.text import shortened
from app.generation.work import Delivery

NOTE_LENGTH = 2000
ROOM = 4000
"""Tokens that the reply may take."""
MAX_PARTS = 20
_KINDS: dict[str, Target] = {"S": "stage", "M": "module", "C": "concept"}


class SplitConceptReply(Reply):
    name: Line
    description: Line
    hours: float
    difficulty: Literal["easy", "medium", "hard"]


class OperationReply(Reply):
    """`ref` and `others` are references such as S1, M2 or C3."""

    op: Literal["add", "remove", "rename", "move", "merge", "split", "reorder", "change"]
    ref: Line
    others: Annotated[list[Line], at_most(40)]
    into: Line
    before: Line
    name: Line
    description: Line
    parts: Annotated[list[SplitConceptReply], at_most(MAX_PARTS)]
    hours: Annotated[float, Field(description="0 leaves them as they are")]
    difficulty: Literal["", "easy", "medium", "hard"]


class RevisionReply(Reply):
    note: Line
    operations: Annotated[list[OperationReply], at_most(40)]


async def revise(asker: Asker, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
    """What a model would change; a failure where it does not understand the learner."""
    asked = await asker.ask(_revision_request(request, outline, feedback))
    result = asked.result or failure(FailureCode.NOT_UNDERSTOOD, request.language)
    return asked.with_result(result)


def _revision_request(
    request: LearningRequest, outline: Outline, feedback: str
) -> StructuredRequest[RevisionReply, RevisionPlan | None]:
    refs = _References(outline)

    def accept(reply: RevisionReply) -> RevisionPlan | None:
        try:
            operations = [one for each in reply.operations for one in _operations(each, refs)]
            if not operations:
                return None
            plan = RevisionPlan(operations=tuple(operations), note=shortened(reply.note, NOTE_LENGTH))
            check_outline(apply_operations(outline, plan.operations))
        except OutlineError as error:
            raise InvalidReply(error.message) from None
        except ValidationError as error:
            raise InvalidReply(*(str(each["msg"]) for each in error.errors()[:5])) from None
        return plan

    return StructuredRequest(
        prompt=load_prompt("revise"),
        facts={
            "language": request.language,
            "learner": facts_of_learner(request),
            "outline": refs.shown(),
            "wish": feedback,
        },
        reply=RevisionReply,
        accept=accept,
        prose=lambda reply: [
            text
            for each in reply.operations
            for text in (each.name, each.description, *(part.description for part in each.parts))
            if text
        ],
        language=request.language,
        room=ROOM,
    )


class _References:
    """Short references for the parts of an outline: S1 is the first stage, M2 the second module, C3 the third concept,
    counted through the whole outline."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._ids: dict[str, str] = {}
        modules = [module for stage in outline.stages for module in stage.modules]
        for letter, ids in (
            ("S", [stage.stage_id for stage in outline.stages]),
            ("M", [module.module_id for module in modules]),
            ("C", [concept.concept_id for concept in outline.concepts]),
        ):
            self._ids |= {f"{letter}{number}": part_id for number, part_id in enumerate(ids, start=1)}
        self._refs = {(_KINDS[ref[0]], part_id): ref for ref, part_id in self._ids.items()}

    def find(self, ref: str) -> tuple[Target, str]:
        ref = ref.strip().upper()
        if ref not in self._ids:
            raise InvalidReply(f'There is no "{ref}" in the outline.')
        return _KINDS[ref[0]], self._ids[ref]

    def of(self, ref: str, target: Target) -> str:
        """The id of a part that has to be of a certain kind."""
        kind, part_id = self.find(ref)
        if kind != target:
            raise InvalidReply(f'"{ref}" is a {kind}, but a {target} is needed here.')
        return part_id

    def maybe(self, ref: str, target: Target) -> str | None:
        """The id of a part, if one is named."""
        return self.of(ref, target) if ref.strip() else None

    def shown(self) -> list[dict[str, Any]]:
        return [
            {
                "ref": self._refs["stage", stage.stage_id],
                "name": stage.name,
                "modules": [
                    {
                        "ref": self._refs["module", module.module_id],
                        "name": module.name,
                        "concepts": [self._concept(concept) for concept in module.concepts],
                    }
                    for module in stage.modules
                ],
            }
            for stage in self._outline.stages
        ]

    def _concept(self, concept: Concept) -> dict[str, Any]:
        required = [self._refs["concept", one] for one in concept.prerequisites]
        return {
            "ref": self._refs["concept", concept.concept_id],
            "name": concept.name,
            "hours": concept.estimated_hours,
            "difficulty": concept.difficulty,
        } | ({"requires": required} if required else {})


def _operations(reply: OperationReply, refs: _References) -> Sequence[Operation]:
    match reply.op:
        case "add":
            return [_added(reply, refs)]
        case "remove":
            target, part_id = refs.find(reply.ref)
            return [Remove(target=target, id=part_id)]
        case "rename":
            target, part_id = refs.find(reply.ref)
            return [Rename(target=target, id=part_id, name=reply.name)]
        case "move":
            return [_moved(reply, refs)]
        case "merge":
            merged = [refs.of(ref, "concept") for ref in dict.fromkeys([reply.ref, *reply.others])]
            return [Merge(concept_ids=tuple(merged), name=reply.name, description=reply.description)]
        case "split":
            parts = tuple(_new(part) for part in reply.parts)
            return [Split(concept_id=refs.of(reply.ref, "concept"), into=parts)]
        case "reorder":
            return [_reordered(reply, refs)]
        case "change":
            return _changed(reply, refs)
        case _:
            assert_never(reply.op)


def _added(reply: OperationReply, refs: _References) -> AddStage | AddModule | AddConcept:
    """Into a module comes a concept, into a stage a module, and into nothing a stage."""
    concepts = tuple(_new(part) for part in reply.parts)
    texts = {"name": reply.name, "description": reply.description}
    if not reply.into.strip():
        module = NewModule(**texts, concepts=concepts)
        return AddStage(**texts, modules=(module,), before=refs.maybe(reply.before, "stage"))
    target, part_id = refs.find(reply.into)
    match target:
        case "stage":
            before = refs.maybe(reply.before, "module")
            return AddModule(stage_id=part_id, **texts, concepts=concepts, before=before)
        case "module":
            return AddConcept(
                **texts,
                module_id=part_id,
                estimated_hours=reply.hours or 1.0,
                difficulty=reply.difficulty or "medium",
                prerequisites=tuple(refs.of(ref, "concept") for ref in reply.others),
                before=refs.maybe(reply.before, "concept"),
            )
        case "concept":
            raise InvalidReply(f'Nothing can be added to the concept "{reply.into}"; name its module.')
        case _:
            assert_never(target)


def _moved(reply: OperationReply, refs: _References) -> Move:
    target, part_id = refs.find(reply.ref)
    into = None if target == "stage" else refs.maybe(reply.into, "stage" if target == "module" else "module")
    return Move(target=target, id=part_id, into=into, before=refs.maybe(reply.before, target))


def _reordered(reply: OperationReply, refs: _References) -> Reorder:
    """`ref` is the stage or the module whose parts `others` name; nothing, for the stages themselves."""
    if not reply.ref.strip():
        return Reorder(target="stage", order=tuple(refs.of(ref, "stage") for ref in reply.others))
    kind, part_id = refs.find(reply.ref)
    target: Target = "module" if kind == "stage" else "concept"
    return Reorder(target=target, of=part_id, order=tuple(refs.of(ref, target) for ref in reply.others))


def _changed(reply: OperationReply, refs: _References) -> list[Operation]:
    target, part_id = refs.find(reply.ref)
    changes: list[Operation] = []
    if reply.description:
        changes.append(Describe(target=target, id=part_id, description=reply.description))
    if target == "concept":
        changes.append(
            Change(
                concept_id=part_id,
                estimated_hours=reply.hours or None,
                difficulty=reply.difficulty or None,
                prerequisites=tuple(refs.of(ref, "concept") for ref in reply.others) or None,
            )
        )
    return changes


def _new(part: SplitConceptReply) -> NewConcept:
    return NewConcept(
        concept_id=fresh_id("c"),
        name=part.name,
        description=part.description,
        estimated_hours=part.hours if part.hours > 0 else 1.0,
        difficulty=part.difficulty,
    )

"""Applies operations to an outline."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, assert_never

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
    Retitle,
    Split,
    Target,
)
from app.domain.outline_prerequisites import Edge, Edited, edges_of, inheriting, needs_of, requiring, settled
from app.domain.outline_rules import OutlineError
from app.domain.roadmap import MAX_HOURS, MAX_KEYWORDS, MAX_PROSE, Concept, Module, Outline, Stage

_Part = TypeVar("_Part", bound=Stage | Module | Concept)


def edit(outline: Outline, operations: Sequence[Operation]) -> Edited:
    """The outline after all operations, one after another. `outline_rules.check_outline` is the caller's to ask.

    Prerequisites are settled at the end: those that the operations ask for must come earlier, those that have come to
    stand later are dropped.

    Raises:
        OutlineError: an operation speaks of what is not there; the message names the operation by its number. Or it
            asks for a prerequisite that comes later.
    """
    stated: set[Edge] = set()
    for number, operation in enumerate(operations, start=1):
        try:
            after = _applied(outline, operation)
        except OutlineError as error:
            raise OutlineError(f"Operation {number} ({operation.op}): {error.message}") from None
        if isinstance(operation, AddStage | AddModule | AddConcept | Change):
            stated |= edges_of(after) - edges_of(outline)
        outline = after
    return settled(outline, stated=stated)


def apply_operations(outline: Outline, operations: Sequence[Operation]) -> Outline:
    """The outline alone that `edit` gives."""
    return edit(outline, operations).outline


def fresh_id(prefix: str) -> str:
    """An id that no part of any outline has had: ids of removed concepts must not come back for others."""
    return f"{prefix}-{secrets.token_hex(5)}"


def _applied(outline: Outline, operation: Operation) -> Outline:
    match operation:
        case AddStage():
            return _stages(outline, _inserted(outline.stages, _new_stage(operation), operation.before))
        case AddModule():
            stage = _stage(outline, operation.stage_id)
            return _with_modules(outline, stage, _inserted(stage.modules, _new_module(operation), operation.before))
        case AddConcept():
            module = _module(outline, operation.module_id)
            added = _inserted(module.concepts, _new_concept(operation), operation.before)
            return _with_concepts(outline, module, added)
        case Retitle():
            return outline.model_copy(update={"title": operation.title})
        case Rename():
            return _updated(outline, operation.target, operation.id, name=operation.name)
        case Describe():
            return _updated(outline, operation.target, operation.id, description=operation.description)
        case Remove():
            return _removed(outline, operation.target, operation.id)
        case Move():
            return _moved(outline, operation)
        case Reorder():
            return _reordered(outline, operation)
        case Change():
            given = operation.model_dump(exclude={"op", "concept_id"}, exclude_none=True)
            return _updated(outline, "concept", operation.concept_id, **given)
        case Merge():
            return _merged(outline, operation)
        case Split():
            return _split(outline, operation)
        case _:
            assert_never(operation)


def _removed(outline: Outline, target: Target, part_id: str) -> Outline:
    match target:
        case "stage":
            stage = _stage(outline, part_id)
            gone = {concept.concept_id for module in stage.modules for concept in module.concepts}
        case "module":
            gone = {concept.concept_id for concept in _module(outline, part_id).concepts}
        case "concept":
            gone = {_concept(outline, part_id).concept_id}
        case _:
            assert_never(target)
    heirs = inheriting(outline, gone)
    return _without_empty(_each_concept(heirs, lambda concept: None if concept.concept_id in gone else concept))


def _moved(outline: Outline, move: Move) -> Outline:
    match move.target:
        case "stage":
            stage = _stage(outline, move.id)
            others = tuple(one for one in outline.stages if one.stage_id != move.id)
            return _stages(outline, _inserted(others, stage, move.before))
        case "module":
            module = _module(outline, move.id)
            into = _stage(outline, move.into) if move.into is not None else _stage_of(outline, module)
            left = _each_module(outline, lambda one: None if one.module_id == move.id else one)
            into = _stage(left, into.stage_id)
            return _without_empty(_with_modules(left, into, _inserted(into.modules, module, move.before)))
        case "concept":
            concept = _concept(outline, move.id)
            target = _module(outline, move.into) if move.into is not None else _module_of(outline, concept)
            left = _each_concept(outline, lambda one: None if one.concept_id == move.id else one)
            target = _module(left, target.module_id)
            return _without_empty(_with_concepts(left, target, _inserted(target.concepts, concept, move.before)))
        case _:
            assert_never(move.target)


def _reordered(outline: Outline, reorder: Reorder) -> Outline:
    match reorder.target:
        case "stage":
            return _stages(outline, _in_order(outline.stages, reorder.order))
        case "module":
            stage = _stage(outline, reorder.of)
            return _with_modules(outline, stage, _in_order(stage.modules, reorder.order))
        case "concept":
            module = _module(outline, reorder.of)
            return _with_concepts(outline, module, _in_order(module.concepts, reorder.order))
        case _:
            assert_never(reorder.target)


def _merged(outline: Outline, merge: Merge) -> Outline:
    parts = [_concept(outline, concept_id) for concept_id in dict.fromkeys(merge.concept_ids)]
    if len(parts) < 2:
        raise OutlineError("a concept cannot be merged with itself.")
    first, gone = parts[0], {part.concept_id for part in parts[1:]}
    ids = {part.concept_id for part in parts}
    required = (one for part in parts for one in part.prerequisites if one not in ids)
    description = merge.description or " ".join(filter(None, (part.description for part in parts)))
    hours = sum(part.estimated_hours for part in parts)
    keywords = tuple(dict.fromkeys(word for part in parts for word in part.keywords))
    _check_fits("characters of description", len(description), MAX_PROSE)
    _check_fits("hours", hours, MAX_HOURS)
    _check_fits("keywords", len(keywords), MAX_KEYWORDS)
    together = {"name": merge.name, "description": description, "estimated_hours": hours, "keywords": keywords}
    merged = requiring(first, required, needs_of(outline)).model_copy(update=together)

    def one(concept: Concept) -> Concept | None:
        if concept.concept_id in gone:
            return None
        return merged if concept.concept_id == first.concept_id else _requiring(concept, gone, first.concept_id)

    return _without_empty(_each_concept(outline, one))


def _check_fits(what: str, count: float, most: float) -> None:
    """Nothing that somebody wrote is cut to fit."""
    if count > most:
        raise OutlineError(f"together they have {count:,g} {what}, and a concept may have {most:,g}.")


def _split(outline: Outline, split: Split) -> Outline:
    whole = _concept(outline, split.concept_id)
    parts: list[Concept] = []
    for place, new in enumerate(split.into):
        part = _new_concept(new)
        if place == 0:
            part = part.model_copy(update={"concept_id": whole.concept_id, "prerequisites": whole.prerequisites})
        else:
            part = part.model_copy(update={"prerequisites": (parts[-1].concept_id, *part.prerequisites)})
        parts.append(part)
    module = _module_of(outline, whole)
    place = module.concepts.index(whole)
    concepts = (*module.concepts[:place], *parts, *module.concepts[place + 1 :])
    last, made = parts[-1].concept_id, {part.concept_id for part in parts}

    def one(concept: Concept) -> Concept:
        return concept if concept.concept_id in made else _requiring(concept, {whole.concept_id}, last)

    return _each_concept(_with_concepts(outline, module, concepts), one)


def _new_stage(new: AddStage) -> Stage:
    return Stage(
        stage_id=new.stage_id or fresh_id("s"),
        name=new.name,
        description=new.description,
        modules=tuple(_new_module(module) for module in new.modules),
    )


def _new_module(new: NewModule) -> Module:
    return Module(
        module_id=new.module_id or fresh_id("m"),
        name=new.name,
        description=new.description,
        concepts=tuple(_new_concept(concept) for concept in new.concepts),
    )


def _new_concept(new: NewConcept) -> Concept:
    fields = {name: getattr(new, name) for name in NewConcept.model_fields if name != "concept_id"}
    return Concept(concept_id=new.concept_id or fresh_id("c"), **fields)


def _requiring(concept: Concept, instead_of: set[str], other: str) -> Concept:
    """The concept, requiring another one instead of some."""
    if instead_of.isdisjoint(concept.prerequisites):
        return concept
    required = dict.fromkeys(other if one in instead_of else one for one in concept.prerequisites)
    return concept.model_copy(update={"prerequisites": tuple(required)})


def _updated(outline: Outline, target: Target, part_id: str, **values: object) -> Outline:
    match target:
        case "stage":
            stage = _stage(outline, part_id)
            return _stages(outline, (one.model_copy(update=values) if one is stage else one for one in outline.stages))
        case "module":
            module = _module(outline, part_id)
            return _each_module(outline, lambda one: one.model_copy(update=values) if one is module else one)
        case "concept":
            concept = _concept(outline, part_id)
            return _each_concept(outline, lambda one: one.model_copy(update=values) if one is concept else one)
        case _:
            assert_never(target)


def _stages(outline: Outline, stages: Iterable[Stage]) -> Outline:
    return outline.model_copy(update={"stages": tuple(stages)})


def _with_modules(outline: Outline, stage: Stage, modules: Iterable[Module]) -> Outline:
    changed = stage.model_copy(update={"modules": tuple(modules)})
    return _stages(outline, (changed if one.stage_id == stage.stage_id else one for one in outline.stages))


def _with_concepts(outline: Outline, module: Module, concepts: Iterable[Concept]) -> Outline:
    changed = module.model_copy(update={"concepts": tuple(concepts)})
    return _each_module(outline, lambda one: changed if one.module_id == module.module_id else one)


def _each_module(outline: Outline, turn: Callable[[Module], Module | None]) -> Outline:
    """Every module turned into another or, by None, taken out."""

    def modules(stage: Stage) -> tuple[Module, ...]:
        return tuple(turned for module in stage.modules if (turned := turn(module)) is not None)

    return _stages(outline, (stage.model_copy(update={"modules": modules(stage)}) for stage in outline.stages))


def _each_concept(outline: Outline, turn: Callable[[Concept], Concept | None]) -> Outline:
    """Every concept turned into another or, by None, taken out."""

    def concepts(module: Module) -> tuple[Concept, ...]:
        return tuple(turned for concept in module.concepts if (turned := turn(concept)) is not None)

    return _each_module(outline, lambda module: module.model_copy(update={"concepts": concepts(module)}))


def _without_empty(outline: Outline) -> Outline:
    kept = _each_module(outline, lambda module: module if module.concepts else None)
    return _stages(kept, (stage for stage in kept.stages if stage.modules))


def _inserted(parts: tuple[_Part, ...], part: _Part, before: str | None) -> tuple[_Part, ...]:
    ids = [part_id(one) for one in parts]
    if before is not None and before not in ids:
        raise OutlineError(f'there is no "{before}" to stand before.')
    place = len(parts) if before is None else ids.index(before)
    return (*parts[:place], part, *parts[place:])


def _in_order(parts: tuple[_Part, ...], order: Sequence[str]) -> list[_Part]:
    by_id = {part_id(part): part for part in parts}
    if len(order) != len(by_id) or set(order) != set(by_id):
        raise OutlineError(f"the order must name each of {', '.join(by_id)} once.")
    return [by_id[one] for one in order]


def part_id(part: Stage | Module | Concept) -> str:
    match part:
        case Stage():
            return part.stage_id
        case Module():
            return part.module_id
        case Concept():
            return part.concept_id


def _stage(outline: Outline, stage_id: str | None) -> Stage:
    return _found((one for one in outline.stages if one.stage_id == stage_id), "stage", stage_id)


def _module(outline: Outline, module_id: str | None) -> Module:
    modules = (module for stage in outline.stages for module in stage.modules)
    return _found((one for one in modules if one.module_id == module_id), "module", module_id)


def _concept(outline: Outline, concept_id: str) -> Concept:
    return _found((one for one in outline.concepts if one.concept_id == concept_id), "concept", concept_id)


def _stage_of(outline: Outline, module: Module) -> Stage:
    return next(stage for stage in outline.stages if module in stage.modules)


def _module_of(outline: Outline, concept: Concept) -> Module:
    return next(module for stage in outline.stages for module in stage.modules if concept in module.concepts)


def _found(parts: Iterable[_Part], target: Target, part_id: str | None) -> _Part:
    for part in parts:
        return part
    raise OutlineError(f'there is no {target} "{part_id}".')

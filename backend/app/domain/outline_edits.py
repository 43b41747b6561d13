"""Applies operations to an outline."""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, assert_never

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
from app.domain.outline_prerequisites import Edge, EditResult, inherited, requiring, settled
from app.domain.outline_rules import OutlineError
from app.domain.outline_tree import Node, OutlineTree
from app.domain.roadmap import MAX_HOURS, MAX_KEYWORDS, MAX_OUTLINE_CONCEPTS, MAX_PROSE, Concept, Module, Outline, Stage


def edit(outline: Outline, operations: Sequence[Operation], *, max_concepts: int = MAX_OUTLINE_CONCEPTS) -> EditResult:
    """The outline after all operations, one after another. `outline_rules.check_outline` is the caller's to ask.

    Prerequisites are settled at the end: those that the operations ask for must come earlier, those that have come to
    stand later are dropped.

    Raises:
        OutlineError: an operation speaks of what is not there, uses an id twice or makes the outline too long; the
            message names the operation by its number. Or it asks for a prerequisite that comes later.
    """
    tree = OutlineTree(outline, max_concepts=max_concepts)
    stated: set[Edge] = set()
    for number, operation in enumerate(operations, start=1):
        try:
            stated.update(_apply(tree, operation))
        except OutlineError as error:
            message = f"Operation {number} ({operation.op}): {error.message}"
            raise OutlineError(message, details=error.details) from None
    return settled(tree.outline(), stated=stated)


def apply_operations(outline: Outline, operations: Sequence[Operation]) -> Outline:
    """The outline alone that `edit` gives."""
    return edit(outline, operations).outline


def fresh_id(prefix: str) -> str:
    """An id that no part of any outline has had: ids of removed concepts must not come back for others."""
    return f"{prefix}-{secrets.token_hex(5)}"


def _apply(tree: OutlineTree, operation: Operation) -> Collection[Edge]:
    """Gives the prerequisites that the operation asks for."""
    match operation:
        case AddStage():
            stage = _new_stage(operation)
            tree.add(None, stage, operation.before)
            return set(_edges(concept for module in stage.modules for concept in module.concepts))
        case AddModule():
            module = _new_module(operation)
            tree.add(tree.stage(operation.stage_id), module, operation.before)
            return set(_edges(iter(module.concepts)))
        case AddConcept():
            concept = _new_concept(operation)
            tree.add(tree.module(operation.module_id), concept, operation.before)
            return set(_edges(iter([concept])))
        case Retitle():
            tree.title = operation.title
        case Rename():
            _update(_node(tree, operation.target, operation.id), name=operation.name)
        case Describe():
            _update(_node(tree, operation.target, operation.id), description=operation.description)
        case Remove():
            _remove(tree, _node(tree, operation.target, operation.id))
        case Move():
            _move(tree, operation)
        case Reorder():
            _reorder(tree, operation)
        case Change():
            return _change(tree, operation)
        case Merge():
            _merge(tree, operation)
        case Split():
            _split(tree, operation)
        case _:
            assert_never(operation)
    return ()


def _edges(concepts: Iterator[Concept]) -> Iterator[Edge]:
    return ((concept.concept_id, one) for concept in concepts for one in concept.prerequisites)


def _node(tree: OutlineTree, target: Target, part_id: str) -> Node[Any]:
    find: dict[Target, Callable[[str], Node[Any]]] = {
        "stage": tree.stage,
        "module": tree.module,
        "concept": tree.concept,
    }
    return find[target](part_id)


def _update(node: Node[Any], **values: object) -> None:
    node.part = node.part.model_copy(update=values)


def _change(tree: OutlineTree, change: Change) -> Collection[Edge]:
    node = tree.concept(change.concept_id)
    before = set(_edges(iter([node.part])))
    given = change.model_dump(exclude={"op", "concept_id"}, exclude_none=True)
    tree.replace(node, node.part.model_copy(update=given))
    return set(_edges(iter([node.part]))) - before


def _remove(tree: OutlineTree, node: Node[Any]) -> None:
    gone = set(tree.concepts_below(node))
    for heir in tree.needing(gone):
        if heir.id not in gone:
            tree.replace(heir, inherited(heir.part, gone, tree.needs))
    tree.remove(node)


def _move(tree: OutlineTree, move: Move) -> None:
    node = _node(tree, move.target, move.id)
    into = node.parent
    if move.into is not None and move.target != "stage":
        into = tree.stage(move.into) if move.target == "module" else tree.module(move.into)
    left = tree.take(node)
    tree.put(node, into, move.before)
    tree.prune(left)


def _reorder(tree: OutlineTree, reorder: Reorder) -> None:
    match reorder.target:
        case "stage":
            tree.reorder(None, reorder.order)
        case "module":
            tree.reorder(tree.stage(reorder.of), reorder.order)
        case "concept":
            tree.reorder(tree.module(reorder.of), reorder.order)
        case _:
            assert_never(reorder.target)


def _merge(tree: OutlineTree, merge: Merge) -> None:
    nodes = [tree.concept(concept_id) for concept_id in dict.fromkeys(merge.concept_ids)]
    if len(nodes) < 2:
        raise OutlineError("a concept cannot be merged with itself.")
    parts = [node.part for node in nodes]
    ids = {node.id for node in nodes}
    required = (one for part in parts for one in part.prerequisites if one not in ids)
    description = merge.description or " ".join(filter(None, (part.description for part in parts)))
    hours = sum(part.estimated_hours for part in parts)
    keywords = tuple(dict.fromkeys(word for part in parts for word in part.keywords))
    _check_fits("characters of description", len(description), MAX_PROSE)
    _check_fits("hours", hours, MAX_HOURS)
    _check_fits("keywords", len(keywords), MAX_KEYWORDS)
    together = {"name": merge.name, "description": description, "estimated_hours": hours, "keywords": keywords}
    first, *others = nodes
    merged = requiring(first.part, required, tree.needs).model_copy(update=together)
    gone = ids - {first.id}
    for needing in tree.needing(gone):
        if needing.id not in ids:
            tree.replace(needing, _requiring(needing.part, gone, first.id))
    tree.replace(first, merged)
    for other in others:
        tree.remove(other)


def _check_fits(what: str, count: float, most: float) -> None:
    """No text of a learner or an author is cut to fit."""
    if count > most:
        raise OutlineError(f"together they have {count:,g} {what}, but a concept may have at most {most:,g}.")


def _split(tree: OutlineTree, split: Split) -> None:
    whole = tree.concept(split.concept_id)
    first, *others = (_new_concept(new) for new in split.into)
    needing = [node for node in tree.needing([whole.id]) if node is not whole]
    tree.replace(whole, first.model_copy(update={"concept_id": whole.id, "prerequisites": whole.part.prerequisites}))
    siblings = tree.children(whole.parent)
    place = siblings.index(whole) + 1
    before = siblings[place].id if place < len(siblings) else None
    last = whole.id
    for other in others:
        tree.add(whole.parent, other.model_copy(update={"prerequisites": (last, *other.prerequisites)}), before)
        last = other.concept_id
    for node in needing:
        tree.replace(node, _requiring(node.part, {whole.id}, last))


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

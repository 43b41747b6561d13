"""The rules that every outline keeps, drafted or edited, and the learning order that follows."""

from collections import Counter
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from app.core.errors import InvalidInput
from app.domain.roadmap import MAX_OUTLINE_CONCEPTS, Concept, Outline


class OutlineError(InvalidInput):
    """An outline that breaks a rule; the message names the place of the fault. Of rules that a learner may break on the
    page, the details say which one (`case`), and where."""

    code = "invalid_outline"


def check_outline(outline: Outline, *, max_concepts: int = MAX_OUTLINE_CONCEPTS) -> Outline:
    """Return the outline if it keeps all rules.

    Raises:
        OutlineError: what `check_parts` finds, or a prerequisite that comes after what requires it.
    """
    check_parts(outline, max_concepts=max_concepts)
    earlier: set[str] = set()
    names = {concept.concept_id: concept.name for concept in outline.concepts}
    for concept in outline.concepts:
        for prerequisite in concept.prerequisites:
            if prerequisite not in earlier:
                later = names[prerequisite]
                raise OutlineError(
                    f'Concept "{concept.name}" requires "{later}", which comes later.',
                    details={"case": "comes_later", "concept": concept.name, "later": later},
                )
        earlier.add(concept.concept_id)
    return outline


def check_parts(outline: Outline, *, max_concepts: int = MAX_OUTLINE_CONCEPTS) -> None:
    """Check everything but the order of prerequisites, which an edit may still settle.

    Raises:
        OutlineError: an empty stage or module, too many concepts, an id used twice, two concepts of one name in
            a module, an unknown prerequisite, or prerequisites in a cycle.
    """
    if not outline.stages:
        raise OutlineError("The outline has no stages.", details={"case": "no_stages"})
    for stage in outline.stages:
        if not stage.modules:
            raise OutlineError(
                f'Stage "{stage.name}" has no modules.', details={"case": "no_modules", "stage": stage.name}
            )
        for module in stage.modules:
            if not module.concepts:
                raise OutlineError(
                    f'Module "{module.name}" in stage "{stage.name}" has no concepts.',
                    details={"case": "no_concepts", "module": module.name, "stage": stage.name},
                )
            if name := _first_twice(concept.name.casefold() for concept in module.concepts):
                raise OutlineError(
                    f'Module "{module.name}" has two concepts named "{name}".',
                    details={"case": "same_name", "module": module.name, "name": name},
                )
    concepts = list(outline.concepts)
    if len(concepts) > max_concepts:
        raise OutlineError(
            f"The outline has {len(concepts)} concepts; at most {max_concepts} are allowed (GREENWAY_MAX_CONCEPTS).",
            details={"case": "too_many_concepts", "limit": max_concepts},
        )
    if twice := _first_twice(stage.stage_id for stage in outline.stages):
        raise OutlineError(f'The stage id "{twice}" is used twice.')
    if twice := _first_twice(module.module_id for stage in outline.stages for module in stage.modules):
        raise OutlineError(f'The module id "{twice}" is used twice.')
    if twice := _first_twice(concept.concept_id for concept in concepts):
        raise OutlineError(f'The concept id "{twice}" is used twice.')
    known = {concept.concept_id for concept in concepts}
    for concept in concepts:
        for prerequisite in concept.prerequisites:
            if prerequisite not in known:
                raise OutlineError(f'Concept "{concept.name}" requires the unknown concept "{prerequisite}".')
    learning_order(concepts)


def learning_order(concepts: Iterable[Concept]) -> list[Concept]:
    """The concepts with every prerequisite before what needs it, else in the order of the outline.

    Raises:
        OutlineError: the prerequisites form a cycle.
    """
    by_id = {concept.concept_id: concept for concept in concepts}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for concept in by_id.values():
        sorter.add(concept.concept_id, *(p for p in concept.prerequisites if p in by_id))
    try:
        sorter.prepare()
    except CycleError as error:
        names = " → ".join(by_id[concept_id].name for concept_id in error.args[1])
        message = f"The prerequisites form a cycle: {names}."
        raise OutlineError(message, details={"case": "cycle", "concepts": names}) from None
    return [by_id[concept_id] for concept_id in _stable_order(sorter, list(by_id))]


def _stable_order(sorter: "TopologicalSorter[str]", outline_order: list[str]) -> list[str]:
    """Of all concepts that are ready, always the first in the outline."""
    position = {concept_id: index for index, concept_id in enumerate(outline_order)}
    ready: list[int] = []
    ordered: list[str] = []
    while sorter.is_active():
        for concept_id in sorter.get_ready():
            heappush(ready, position[concept_id])
        concept_id = outline_order[heappop(ready)]
        ordered.append(concept_id)
        sorter.done(concept_id)
    return ordered


def _first_twice(values: Iterable[str]) -> str | None:
    return next((value for value, count in Counter(values).items() if count > 1), None)

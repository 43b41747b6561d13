"""What becomes of prerequisites when concepts go or change places: each stands before what needs it, always."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.base import FrozenModel
from app.domain.outline_rules import OutlineError, learning_order
from app.domain.roadmap import MAX_PREREQUISITES, Concept, Outline

Edge = tuple[str, str]
"""A concept's id, and the id of one that it needs directly."""
_Needs = Mapping[str, Sequence[str]]


class DroppedPrerequisite(FrozenModel):
    """A concept no longer requires another one, because an edit put the other one after it."""

    concept_id: str
    concept_name: str
    prerequisite_id: str
    prerequisite_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditResult:
    """An outline after an edit, and what the edit has cost it in prerequisites."""

    outline: Outline
    dropped: tuple[DroppedPrerequisite, ...] = ()


def edges_of(outline: Outline) -> set[Edge]:
    return {(concept.concept_id, one) for concept in outline.concepts for one in concept.prerequisites}


def settled(outline: Outline, *, stated: Collection[Edge] = ()) -> EditResult:
    """The outline in which nothing needs what comes after it, or the same twice.

    A prerequisite that an edit has put after what needs it is dropped. What that one needs is needed instead, so far as
    it comes earlier. `stated` are the edges that the edit itself asks for: those are not dropped but refused.

    Raises:
        OutlineError: a stated prerequisite comes later, or is part of a cycle.
    """
    outline = _turned(outline, _needing_once)
    concepts = {concept.concept_id: concept for concept in outline.concepts}
    place = {concept_id: index for index, concept_id in enumerate(concepts)}

    def is_later(one: str, than: str) -> bool:
        return place.get(one, -1) >= place[than]

    late = [edge for edge in sorted(edges_of(outline), key=lambda edge: place[edge[0]]) if is_later(edge[1], edge[0])]
    if not late:
        return EditResult(outline=outline)
    if refused := next((edge for edge in late if edge in stated), None):
        learning_order(concepts.values())
        name, later = concepts[refused[0]].name, concepts[refused[1]].name
        raise OutlineError(
            f'Concept "{name}" cannot require "{later}", which comes later; move "{later}" before it.',
            details={"case": "comes_later", "concept": name, "later": later},
        )
    needs = _needs(concepts.values())

    def earlier_only(concept: Concept) -> Concept:
        def is_out(one: str) -> bool:
            return is_later(one, concept.concept_id)

        return requiring(concept, _nearest(concept.prerequisites, needs, is_out), needs)

    moved = {concept_id for concept_id, _ in late}
    dropped = tuple(
        DroppedPrerequisite(
            concept_id=concept_id,
            concept_name=concepts[concept_id].name,
            prerequisite_id=one,
            prerequisite_name=concepts[one].name,
        )
        for concept_id, one in late
    )
    return EditResult(
        outline=_turned(outline, lambda one: earlier_only(one) if one.concept_id in moved else one), dropped=dropped
    )


def inherited(concept: Concept, gone: Collection[str], needs: _Needs) -> Concept:
    """The concept, needing what those needed that go, in their place."""
    required = _nearest(concept.prerequisites, needs, lambda one: one in gone)
    return requiring(concept, (one for one in required if one != concept.concept_id), needs)


def requiring(concept: Concept, required: Iterable[str], needs: _Needs) -> Concept:
    """The concept with these prerequisites. Where they are too many, those that others among them need go without
    saying.

    Raises:
        OutlineError: they are too many all the same.
    """
    direct = list(dict.fromkeys(required))
    if len(direct) > MAX_PREREQUISITES:
        direct = [one for one in direct if not _is_implied(one, direct, needs)]
    if len(direct) > MAX_PREREQUISITES:
        raise OutlineError(
            f'Concept "{concept.name}" would require {len(direct)} concepts; at most {MAX_PREREQUISITES} are allowed.',
            details={"case": "too_many_prerequisites", "concept": concept.name, "limit": MAX_PREREQUISITES},
        )
    return concept.model_copy(update={"prerequisites": tuple(direct)})


def _needs(concepts: Iterable[Concept]) -> _Needs:
    return {concept.concept_id: concept.prerequisites for concept in concepts}


def _nearest(required: Sequence[str], needs: _Needs, is_out: Callable[[str], bool]) -> Iterator[str]:
    """What is required; in place of what is out, what that requires, and so on."""
    seen: set[str] = set()
    waiting = list(reversed(required))
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if is_out(one):
            waiting += reversed(needs.get(one, ()))
        else:
            yield one


def _needing_once(concept: Concept) -> Concept:
    once = tuple(dict.fromkeys(concept.prerequisites))
    return concept if once == concept.prerequisites else concept.model_copy(update={"prerequisites": once})


def _is_implied(one: str, direct: Sequence[str], needs: _Needs) -> bool:
    below = [needed for other in direct if other != one for needed in needs.get(other, ())]
    seen = set(below)
    while below:
        fresh = [needed for needed in needs.get(below.pop(), ()) if needed not in seen]
        seen.update(fresh)
        below += fresh
    return one in seen


def _turned(outline: Outline, turn: Callable[[Concept], Concept]) -> Outline:
    return outline.model_copy(
        update={
            "stages": tuple(
                stage.model_copy(
                    update={
                        "modules": tuple(
                            module.model_copy(update={"concepts": tuple(turn(one) for one in module.concepts)})
                            for module in stage.modules
                        )
                    }
                )
                for stage in outline.stages
            )
        }
    )

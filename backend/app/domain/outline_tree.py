"""An outline that is being edited: every part is found at once by its id, and an edit touches only what it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.domain.outline_rules import OutlineError
from app.domain.roadmap import Concept, Module, Outline, Stage

_Part = TypeVar("_Part", bound=Stage | Module | Concept)


@dataclass(slots=True, eq=False)
class Node(Generic[_Part]):
    """A part of the outline. What stands below it is in `children`; the part itself does not follow."""

    part: _Part
    parent: "Node[Any] | None" = None
    children: "list[Node[Any]]" = field(default_factory=list)

    @property
    def id(self) -> str:
        return part_id(self.part)


class OutlineTree:
    """`max_concepts` is how many concepts an edit may bring the outline to."""

    def __init__(self, outline: Outline, *, max_concepts: int) -> None:
        self._outline = outline
        self._max_concepts = max_concepts
        self.title = outline.title
        self._stages: list[Node[Stage]] = []
        self._known: dict[type, dict[str, Node[Any]]] = {Stage: {}, Module: {}, Concept: {}}
        self.needs: dict[str, tuple[str, ...]] = {}
        """What each concept requires."""
        self._needed_by: dict[str, dict[str, None]] = {}
        self._most = len(list(outline.concepts))
        for stage in outline.stages:
            self.add(None, stage)
        self._most = max(self._most, max_concepts)

    def stage(self, stage_id: str | None) -> Node[Stage]:
        return self._find(Stage, stage_id)

    def module(self, module_id: str | None) -> Node[Module]:
        return self._find(Module, module_id)

    def concept(self, concept_id: str) -> Node[Concept]:
        return self._find(Concept, concept_id)

    def children(self, node: Node[Any] | None) -> list[Node[Any]]:
        """What stands below a part; without one, the stages."""
        return self._stages if node is None else node.children

    def add(self, parent: Node[Any] | None, part: Stage | Module | Concept, before: str | None = None) -> None:
        """Put a part, with all that it holds, below another one: at the end, or before one of that id.

        Raises:
            OutlineError: an id is there already, or the outline has become too long.
        """
        node: Node[Any] = Node(part)
        known = self._known[type(part)]
        if node.id in known:
            raise OutlineError(f'The {type(part).__name__.lower()} id "{node.id}" is used twice.')
        known[node.id] = node
        self.put(node, parent, before)
        match part:
            case Stage():
                for module in part.modules:
                    self.add(node, module)
            case Module():
                for concept in part.concepts:
                    self.add(node, concept)
            case Concept():
                self._note(node.id, part.prerequisites)
                if len(known) > self._most:
                    raise OutlineError(
                        f"the outline would have more than {self._most} concepts (GREENWAY_MAX_CONCEPTS).",
                        details={"case": "too_many_concepts", "limit": self._most},
                    )

    def put(self, node: Node[Any], parent: Node[Any] | None, before: str | None = None) -> None:
        """Put a part that stands nowhere below another one: at the end, or before one of that id."""
        siblings = self.children(parent)
        place = len(siblings)
        if before is not None:
            found = (index for index, sibling in enumerate(siblings) if sibling.id == before)
            place = next(found, -1)
            if place < 0:
                raise OutlineError(f'there is no "{before}" to place it before.')
        siblings.insert(place, node)
        node.parent = parent

    def take(self, node: Node[Any]) -> Node[Any] | None:
        """Take a part from where it stands; gives what it stood below, which may be empty now."""
        self.children(node.parent).remove(node)
        return node.parent

    def prune(self, node: Node[Any] | None) -> None:
        """Forget a part that has become empty, and what has become empty by that."""
        if node is not None and not node.children:
            del self._known[type(node.part)][node.id]
            self.prune(self.take(node))

    def remove(self, node: Node[Any]) -> None:
        """Take a part and all that it holds out of the outline."""
        self._forget(node)
        self.prune(self.take(node))

    def reorder(self, parent: Node[Any] | None, order: Sequence[str]) -> None:
        siblings = self.children(parent)
        by_id = {node.id: node for node in siblings}
        if len(order) != len(by_id) or set(order) != set(by_id):
            raise OutlineError(f"the order must name each of {', '.join(by_id)} exactly once.")
        siblings[:] = [by_id[one] for one in order]

    def replace(self, node: Node[Concept], concept: Concept) -> None:
        """Another concept of the same id in its place."""
        node.part = concept
        self._note(node.id, concept.prerequisites)

    def needing(self, concept_ids: Iterable[str]) -> list[Node[Concept]]:
        """The concepts that require one of some."""
        found = dict.fromkeys(one for concept_id in concept_ids for one in self._needed_by.get(concept_id, ()))
        return [self.concept(one) for one in found]

    def concepts_below(self, node: Node[Any]) -> list[str]:
        if isinstance(node.part, Concept):
            return [node.id]
        return [concept_id for child in node.children for concept_id in self.concepts_below(child)]

    def outline(self) -> Outline:
        """The outline as it is now."""
        stages = tuple(
            stage.part.model_copy(
                update={
                    "modules": tuple(
                        module.part.model_copy(update={"concepts": tuple(concept.part for concept in module.children)})
                        for module in stage.children
                    )
                }
            )
            for stage in self._stages
        )
        return self._outline.model_copy(update={"title": self.title, "stages": stages})

    def _find(self, kind: type[_Part], wanted: str | None) -> Node[_Part]:
        node = self._known[kind].get(wanted or "")
        if node is None:
            raise OutlineError(f'there is no {kind.__name__.lower()} "{wanted}".')
        return node

    def _forget(self, node: Node[Any]) -> None:
        del self._known[type(node.part)][node.id]
        if isinstance(node.part, Concept):
            self._note(node.id, ())
            del self.needs[node.id]
        for child in node.children:
            self._forget(child)

    def _note(self, concept_id: str, prerequisites: tuple[str, ...]) -> None:
        for one in self.needs.get(concept_id, ()):
            self._needed_by[one].pop(concept_id, None)
        self.needs[concept_id] = prerequisites
        for one in prerequisites:
            self._needed_by.setdefault(one, {})[concept_id] = None


def part_id(part: Stage | Module | Concept) -> str:
    match part:
        case Stage():
            return part.stage_id
        case Module():
            return part.module_id
        case Concept():
            return part.concept_id

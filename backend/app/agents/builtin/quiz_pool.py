"""Chooses what may stand beside the right answer: other concepts, and statements that are surely not about this one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Self

from app.agents.builtin.course import Curriculum, CurriculumConcept, known_concept
from app.core.recent import Recent
from app.domain.roadmap import Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizPool:
    """The concepts of a curriculum under the names of the outline; those that the outline has come first."""

    concepts: dict[str, CurriculumConcept]
    in_outline: frozenset[str]
    _place: dict[str, tuple[str, str]]
    _rests_on: dict[str, frozenset[str]]
    _known_terms: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of the concepts that have been asked for."""

    @classmethod
    def of(cls, curriculum: Curriculum, outline: Outline) -> Self:
        outlined = {concept.concept_id: concept for concept in outline.concepts}
        concepts: dict[str, CurriculumConcept] = {}
        place: dict[str, tuple[str, str]] = {}
        rests_on: dict[str, frozenset[str]] = {}
        present = set()
        for stage in curriculum.stages:
            for module in stage.modules:
                for concept in module.concepts:
                    concept_id = concept.concept_id
                    found = outlined.get(concept_id)
                    known = known_concept(curriculum, found) if found else None
                    if known:
                        present.add(concept_id)
                    concepts[concept_id] = known or concept
                    place[concept_id] = (stage.stage_id, module.module_id)
                    below = (rests_on[prerequisite] for prerequisite in concept.prerequisites)
                    rests_on[concept_id] = frozenset({concept_id}).union(*below)
        return cls(concepts=concepts, in_outline=frozenset(present), _place=place, _rests_on=rests_on)

    def beside(self, concept: CurriculumConcept, dice: Random) -> list[CurriculumConcept]:
        """All other concepts: those of the outline first, and the nearest first, because they are the better test."""
        others = [other for other in self.concepts.values() if other.concept_id != concept.concept_id]
        dice.shuffle(others)
        return sorted(
            others, key=lambda other: (other.concept_id not in self.in_outline, self._distance(concept, other))
        )

    def foreign_points(self, concept: CurriculumConcept, dice: Random) -> Iterator[tuple[str, CurriculumConcept]]:
        """Key points that are surely about another concept and not about this one, one of each, with that concept.

        The other concept stands in another stage, neither rests on the other, and the statement names something of
        its own and nothing of this one's.
        """
        own_terms = self._terms_of(concept)
        for other in self.beside(concept, dice):
            if self._place[other.concept_id][0] == self._place[concept.concept_id][0] or self._related(concept, other):
                continue
            other_terms = self._terms_of(other) - own_terms
            for point in other.key_points:
                text = point.casefold()
                if any(term in text for term in other_terms) and not any(term in text for term in own_terms):
                    yield point, other
                    break

    def _terms_of(self, concept: CurriculumConcept) -> frozenset[str]:
        if concept.concept_id not in self._known_terms:
            self._known_terms[concept.concept_id] = _terms(concept)
        return self._known_terms[concept.concept_id]

    def _distance(self, one: CurriculumConcept, other: CurriculumConcept) -> int:
        stage, module = self._place[one.concept_id]
        other_stage, other_module = self._place[other.concept_id]
        return 0 if module == other_module else 1 if stage == other_stage else 2

    def _related(self, one: CurriculumConcept, other: CurriculumConcept) -> bool:
        return one.concept_id in self._rests_on[other.concept_id] or other.concept_id in self._rests_on[one.concept_id]


def _terms(concept: CurriculumConcept) -> frozenset[str]:
    """What a statement about the concept may name: its name, the name's longer words, its keywords."""
    name = concept.name.casefold()
    words = (word.strip("“”\"'(),:：") for word in name.split())
    return frozenset({name, *(word for word in words if len(word) > 3), *(k.casefold() for k in concept.keywords)})


pool_of = Recent(QuizPool.of, at_most=128)
"""The pool of a course and an outline, which all concepts of a run share."""

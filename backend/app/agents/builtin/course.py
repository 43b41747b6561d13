"""A built-in course: its concepts with their texts, their order, and where each comes from."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from app.agents.builtin.syllabus import Link
from app.domain.roadmap import Concept, Difficulty

Origin = Literal["curated", "general", "own"]
"""From a curated syllabus, from the general study plan, or the learner's own concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurriculumConcept:
    """All that is known about one concept; prose is Markdown. `concept_id` is the concept's id in every outline."""

    concept_id: str
    name: str
    definition: str
    explanation: str
    key_points: tuple[str, ...]
    example: str | None
    exercises: tuple[str, ...]
    mistakes: tuple[str, ...]
    hours: float
    difficulty: Difficulty
    keywords: tuple[str, ...]
    prerequisites: tuple[str, ...]
    about: tuple[str, ...]
    """Ids of the concepts that a quiz asks about: itself, what it practises, or none when nothing is known."""
    origin: Origin
    query: str
    """What to type into a search engine to find more."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurriculumModule:
    """A module of the curriculum, which becomes one of the outline."""

    module_id: str
    name: str
    description: str
    concepts: tuple[CurriculumConcept, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurriculumStage:
    """A stage of the curriculum, which becomes one of the outline."""

    stage_id: str
    name: str
    description: str
    modules: tuple[CurriculumModule, ...]

    @property
    def concepts(self) -> tuple[CurriculumConcept, ...]:
        return tuple(concept for module in self.modules for concept in module.concepts)


class Curriculum(Protocol):
    """A course that can be cut down and extended to any size; the same goal and language always give the same one."""

    @property
    def title(self) -> str: ...

    @property
    def topic(self) -> str:
        """What it is about, in the words of a search query."""
        ...

    @property
    def links(self) -> tuple[Link, ...]: ...

    @property
    def stages(self) -> tuple[CurriculumStage, ...]:
        """The course as written, every prerequisite before what needs it."""
        ...

    def concept(self, concept_id: str) -> CurriculumConcept | None:
        """The concept of that id, also of any extension; None when there is none."""
        ...

    def extended(self, extra: int) -> tuple[CurriculumStage, ...]:
        """The stages with exactly so many concepts more."""
        ...


def known_concept(curriculum: Curriculum, concept: Concept) -> CurriculumConcept | None:
    """What the curriculum knows about a concept of a perhaps edited outline, under the name that it has there.

    A concept whose name and description were both rewritten is another one, even under the same id.
    """
    known = curriculum.concept(concept.concept_id)
    if known is None or (concept.name != known.name and concept.description != known.definition):
        return None
    return known if concept.name == known.name else replace(known, name=concept.name)

"""Extends a curated course: practice, recaps and projects for what is already there, never new subject matter."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.agents.builtin.course import CurriculumConcept, CurriculumModule, CurriculumStage
from app.agents.builtin.templates import fill, fill_all
from app.domain.base import FrozenModel

_HARDEST_FIRST = {"hard": 0, "medium": 1, "easy": 2}


class ExtensionKind(FrozenModel):
    """One way to go on working on a concept, a module or a stage; `{target}` is its name, `{round}` counts reviews."""

    scope: Literal["concept", "module", "stage", "review"]
    id: str
    name: str
    definition: str
    explanation: str
    key_points: Annotated[tuple[str, ...], Field(min_length=2)]
    exercises: Annotated[tuple[str, ...], Field(min_length=1)]
    mistakes: Annotated[tuple[str, ...], Field(min_length=1)]
    hours: Annotated[float, Field(gt=0)]
    """In proportion to the hours of what is practised."""
    keyword: str
    shows: tuple[Literal["key_points", "example", "exercises", "mistakes"], ...]
    """What is shown again of the concepts themselves."""


class ExtensionTexts(FrozenModel):
    """`kinds` stand in the order in which they are added to a growing course; reviews go on without end."""

    stage_module: str
    stage_module_description: str
    review_part: str
    review_part_description: str
    review_module: str
    review_module_description: str
    kinds: tuple[ExtensionKind, ...]
    review: ExtensionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What is practised: a concept, or all concepts of a module or stage."""

    target_id: str
    name: str
    concepts: tuple[CurriculumConcept, ...]


@cache
def extension_texts() -> ExtensionTexts:
    path = Path(__file__).parent / "extension_en.toml"
    return ExtensionTexts.model_validate(tomllib.loads(path.read_text("utf-8")))


def extend(stages: Sequence[CurriculumStage], extra: int) -> tuple[CurriculumStage, ...]:
    """The stages with `extra` concepts more, each after what it practises, which is its prerequisite."""
    texts = extension_texts()
    added: dict[str, list[CurriculumConcept]] = {}
    for kind in texts.kinds:
        for target in _targets(stages, kind)[:extra]:
            added.setdefault(f"{kind.scope}:{target.target_id}", []).append(_concept(kind, target))
            extra -= 1
    grown = [_grown(stage, added, texts) for stage in stages]
    if extra:
        grown.append(_reviews(stages, extra, texts))
    return tuple(grown)


def extension_concept(stages: Sequence[CurriculumStage], concept_id: str) -> CurriculumConcept | None:
    """The concept that `extend` gives that id; None when it gives none."""
    target_id, _, suffix = concept_id.rpartition("--")
    texts = extension_texts()
    number = 0
    if suffix.startswith("review-") and suffix.removeprefix("review-").isdecimal():
        suffix, number = texts.review.id, int(suffix.removeprefix("review-"))
    for kind in (*texts.kinds, texts.review):
        if kind.id == suffix:
            for target in _targets(stages, kind):
                if target.target_id == target_id:
                    return _concept(kind, target, number)
    return None


def _targets(stages: Sequence[CurriculumStage], kind: ExtensionKind) -> list[_Target]:
    match kind.scope:
        case "concept":
            concepts = [concept for stage in stages for concept in stage.concepts]
            concepts.sort(key=lambda concept: _HARDEST_FIRST[concept.difficulty])
            return [_of_concept(concept) for concept in concepts]
        case "module":
            modules = (module for stage in stages for module in stage.modules)
            return [
                _Target(target_id=module.module_id, name=module.name, concepts=module.concepts) for module in modules
            ]
        case "stage":
            return [_Target(target_id=stage.stage_id, name=stage.name, concepts=stage.concepts) for stage in stages]
        case "review":
            return [_of_concept(concept) for stage in stages for concept in stage.concepts]


def _of_concept(concept: CurriculumConcept) -> _Target:
    return _Target(target_id=concept.concept_id, name=concept.name, concepts=(concept,))


def _concept(kind: ExtensionKind, target: _Target, number: int = 0) -> CurriculumConcept:
    words = {"target": target.name, "round": str(number)}
    concepts = target.concepts
    single = concepts[0] if len(concepts) == 1 else None
    recalled = "\n".join(f"- **{concept.name}**: {concept.definition}" for concept in concepts)
    shown_points = tuple(p for concept in concepts for p in concept.key_points[: 6 if single else 1])
    shown_exercises = tuple(e for concept in concepts for e in concept.exercises[: 4 if single else 1])
    shown_mistakes = tuple(m for concept in concepts for m in concept.mistakes[: 4 if single else 1])
    earlier = (f"{target.target_id}--review-{number - 1}",) if number > 1 else ()
    return CurriculumConcept(
        concept_id=f"{target.target_id}--{kind.id}" + (f"-{number}" if number else ""),
        name=fill(kind.name, **words),
        definition=fill(kind.definition, **words),
        explanation=f"{fill(kind.explanation, **words).strip()}\n\n{recalled}",
        key_points=fill_all(kind.key_points, **words) + (shown_points if "key_points" in kind.shows else ()),
        example=single.example if single and "example" in kind.shows else None,
        exercises=fill_all(kind.exercises, **words) + (shown_exercises if "exercises" in kind.shows else ()),
        mistakes=fill_all(kind.mistakes, **words) + (shown_mistakes if "mistakes" in kind.shows else ()),
        hours=max(0.25, round(4 * kind.hours * sum(concept.hours for concept in concepts)) / 4),
        difficulty=max((concept.difficulty for concept in concepts), key=lambda d: -_HARDEST_FIRST[d]),
        keywords=(kind.keyword, *(concept.name for concept in concepts[:4])),
        prerequisites=tuple(concept.concept_id for concept in concepts[:49]) + earlier,
        about=tuple(concept.concept_id for concept in concepts),
        origin="curated",
        query=single.query if single else target.name,
        links=tuple({link.url: link for concept in concepts for link in concept.links}.values()),
    )


def _grown(stage: CurriculumStage, added: dict[str, list[CurriculumConcept]], texts: ExtensionTexts) -> CurriculumStage:
    modules = tuple(replace(module, concepts=tuple(_grown_concepts(module, added))) for module in stage.modules)
    if together := added.get(f"stage:{stage.stage_id}"):
        module = CurriculumModule(
            module_id=f"{stage.stage_id}--together",
            name=fill(texts.stage_module, target=stage.name),
            description=fill(texts.stage_module_description, target=stage.name),
            concepts=tuple(together),
        )
        modules += (module,)
    return replace(stage, modules=modules)


def _grown_concepts(module: CurriculumModule, added: dict[str, list[CurriculumConcept]]) -> Iterator[CurriculumConcept]:
    for concept in module.concepts:
        yield concept
        yield from added.get(f"concept:{concept.concept_id}", ())
    yield from added.get(f"module:{module.module_id}", ())


def _reviews(stages: Sequence[CurriculumStage], extra: int, texts: ExtensionTexts) -> CurriculumStage:
    """Rounds of review through the whole course, until the size is reached."""
    targets = _targets(stages, texts.review)
    modules: list[CurriculumModule] = []
    for start in range(0, extra, len(targets)):
        number = len(modules) + 1
        chosen = targets[: extra - start]
        modules.append(
            CurriculumModule(
                module_id=f"review--round-{number}",
                name=fill(texts.review_module, round=str(number)),
                description=fill(texts.review_module_description, round=str(number)),
                concepts=tuple(_concept(texts.review, target, number) for target in chosen),
            )
        )
    return CurriculumStage(
        stage_id="review--rounds",
        name=texts.review_part,
        description=texts.review_part_description,
        modules=tuple(modules),
    )

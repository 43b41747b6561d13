"""An outline while it is drafted: modules that want concepts, and what has been found for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.agents.drafting.replies import ConceptReply, PlanReply
from app.agents.drafting.sizes import apportion
from app.domain.roadmap import Concept, LearningRequest, Module, Outline, Stage, title_of
from app.domain.text import name_of

NAME_LENGTH, PROSE_LENGTH = 120, 2000
MIN_HOURS, MAX_HOURS = 0.25, 40.0
MAX_KEYWORDS, MAX_REQUIRED = 8, 5
UNNAMED = "…"
"""The name of what the model gave no name that can be shown."""
TOLERANCE = 0.1
"""The part of the requested size by which an outline may be smaller."""


@dataclass(slots=True, kw_only=True)
class _Module:
    name: str
    description: str
    wanted: int
    concepts: list[ConceptReply] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return self.wanted - len(self.concepts)


@dataclass(slots=True, kw_only=True)
class _Stage:
    name: str
    description: str
    modules: list[_Module]


class OutlineDraft:
    """Keeps the rules that no model keeps: size, unique names, prerequisites that come earlier, hours that fit."""

    def __init__(self, plan: PlanReply, concepts: int) -> None:
        sizes = iter(apportion(concepts, [module.concepts for stage in plan.stages for module in stage.modules]))
        self._wanted = concepts
        self._names: set[str] = set()
        self._stages = []
        for stage in plan.stages:
            sized = [
                _Module(
                    name=_line(module.name) or _line(stage.name) or UNNAMED,
                    description=_line(module.description, PROSE_LENGTH),
                    wanted=size,
                )
                for module in stage.modules
                if (size := next(sizes)) > 0
            ]
            if sized:
                description = _line(stage.description, PROSE_LENGTH)
                self._stages.append(
                    _Stage(name=_line(stage.name) or sized[0].name, description=description, modules=sized)
                )

    @property
    def is_large_enough(self) -> bool:
        return sum(self._missing().values()) <= TOLERANCE * self._wanted

    def course(self) -> list[dict[str, Any]]:
        """All stages with their modules, as the model is told."""
        return [{"stage": stage.name, "modules": [module.name for module in stage.modules]} for stage in self._stages]

    def requests(self, at_most: int) -> list[tuple[int, dict[str, Any]]]:
        """For every stage that lacks concepts, its number and what to ask for: not more than `at_most` at once."""
        return [(number, self._request(number, at_most)) for number, missing in self._missing().items() if missing]

    def add(self, stage: int, concepts: Iterable[ConceptReply]) -> int:
        """Take up those concepts that are new and wanted; gives how many."""
        added = 0
        modules = self._stages[stage].modules
        for concept in concepts:
            named = modules[min(max(concept.module, 1), len(modules)) - 1]
            module = named if named.missing else next((one for one in modules if one.missing), None)
            if module is None or (name := self._new_name(concept.name, module.name)) is None:
                continue
            self._names.add(name.casefold())
            module.concepts.append(concept.model_copy(update={"name": name}))
            added += 1
        return added

    def outline(self, title: str, request: LearningRequest, today: date) -> Outline:
        """The outline, by all rules of `domain.outline_rules`."""
        ids: dict[str, str] = {}
        drafted = [concept for stage in self._stages for module in stage.modules for concept in module.concepts]
        hours = iter(_hours(drafted, request, today))
        stages: list[Stage] = []
        for stage in self._stages:
            modules: list[Module] = []
            for module in stage.modules:
                concepts: list[Concept] = []
                for concept in module.concepts:
                    made = _concept(f"c{len(ids) + 1}", concept, ids, next(hours))
                    ids[concept.name.casefold()] = made.concept_id
                    concepts.append(made)
                if concepts:
                    modules.append(
                        Module(
                            module_id=f"s{len(stages) + 1}m{len(modules) + 1}",
                            name=module.name,
                            description=module.description,
                            concepts=tuple(concepts),
                        )
                    )
            if modules:
                stages.append(
                    Stage(
                        stage_id=f"s{len(stages) + 1}",
                        name=stage.name,
                        description=stage.description,
                        modules=tuple(modules),
                    )
                )
        return Outline(title=_line(title, 200) or title_of(request.goal), stages=tuple(stages))

    def _new_name(self, name: str, module: str) -> str | None:
        """The name on one line, with the module's before it where it is taken; None where that is taken, too."""
        names = (_line(name), _line(f"{module}: {name}"))
        return next((one for one in names if _line(name) and one.casefold() not in self._names), None)

    def _missing(self) -> dict[int, int]:
        return {number: sum(module.missing for module in stage.modules) for number, stage in enumerate(self._stages)}

    def _request(self, number: int, at_most: int) -> dict[str, Any]:
        modules = []
        for place, module in enumerate(self._stages[number].modules, start=1):
            wanted = min(module.missing, at_most)
            at_most -= wanted
            if wanted:
                modules.append({"number": place, "name": module.name, "about": module.description, "wanted": wanted})
        existing = [
            concept.name
            for stage in self._stages[: number + 1]
            for module in stage.modules
            for concept in module.concepts
        ]
        return {"stage": self._stages[number].name, "modules": modules, "existing": existing}


def _concept(concept_id: str, reply: ConceptReply, earlier: dict[str, str], hours: float) -> Concept:
    """A concept that requires only what stands before it: so there can be no cycle."""
    required = dict.fromkeys(earlier[key] for name in reply.requires if (key := _line(name).casefold()) in earlier)
    keywords = dict.fromkeys(word for keyword in reply.keywords if (word := _line(keyword)))
    return Concept(
        concept_id=concept_id,
        name=reply.name,
        description=_line(reply.description, PROSE_LENGTH),
        estimated_hours=hours,
        difficulty=reply.difficulty,
        keywords=tuple(keywords)[:MAX_KEYWORDS],
        prerequisites=tuple(required)[:MAX_REQUIRED],
    )


def _hours(concepts: Sequence[ConceptReply], request: LearningRequest, today: date) -> list[float]:
    """The hours of each, in quarters, shrunk in proportion where the course would miss the learner's deadline."""
    quarters = [int(_sane(concept.hours) * 4) for concept in concepts]
    if request.deadline is not None:
        weeks = max((request.deadline - today).days, 1) / 7
        available = int(weeks * request.hours_per_week * 4)
        if available < sum(quarters):
            quarters = [max(1, share) for share in apportion(available, quarters)]
    return [quarter / 4 for quarter in quarters]


def _sane(hours: float) -> float:
    return min(max(hours, MIN_HOURS), MAX_HOURS) if hours == hours else 1.0  # NaN is not equal to itself


def _line(text: str, length: int = NAME_LENGTH) -> str:
    """On one line, without control characters, cut to a length."""
    return name_of(text)[:length].strip()

"""Revises an outline by a learner's words, of which it understands a small set; it says so when it does not."""

from collections.abc import Callable, Iterator
from math import floor

from app.agents.builtin.curriculum import curriculum_for, written_language
from app.agents.builtin.lessons import Lesson, Part, Unit
from app.agents.builtin.revising_words import SENTENCES, Sentences, Wish, wishes_in
from app.domain.failures import Failure, FailureCode, failure
from app.domain.outline_edits import apply_operations, fresh_id
from app.domain.outline_operations import (
    MAX_OPERATIONS,
    AddConcept,
    AddModule,
    AddStage,
    Change,
    NewConcept,
    NewModule,
    Operation,
    Remove,
    Rename,
    RevisionPlan,
    Target,
)
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.roadmap import MAX_HOURS, MIN_CONCEPTS, Concept, Difficulty, LearningRequest, Module, Outline
from app.domain.text import name_of, shortened

NAMES_SHOWN = 6
MOST_ADDED = 50
"""How many concepts one wish may add."""
NAME_LENGTH = 120
"""Characters of a name, at most; a longer one is refused, never cut."""
NOTE_LENGTH = 2000
QUOTED = 80
"""Characters of the learner's words that a hint repeats."""
_LEVELS: tuple[Difficulty, ...] = ("easy", "medium", "hard")
_UNNAMED_SHARE = 5
"""What part of the concepts `more` and `fewer` mean, where no number is given: one in so many."""


class _Unclear(Exception):
    """A wish that cannot be fulfilled; the message is a hint for the learner."""


def revise(request: LearningRequest, outline: Outline, feedback: str) -> RevisionPlan | Failure:
    """What to change, or why it is not clear."""
    language = written_language(request.language)
    words = SENTENCES[language]
    revision = _Revision(request, outline, words)
    try:
        wishes = wishes_in(feedback, language)
        for wish in wishes:
            if isinstance(wish, str):
                raise _Unclear(words.say(words.unclear, text=shortened(wish, QUOTED)) + words.understands)
            revision.follow(wish)
        if not revision.operations:
            raise _Unclear(words.understands)
        if len(revision.operations) > MAX_OPERATIONS:
            raise _Unclear(words.say(words.too_much, count=str(MAX_OPERATIONS)))
        check_outline(revision.outline)
    except _Unclear as unclear:
        return failure(FailureCode.NOT_UNDERSTOOD, request.language, hint=str(unclear))
    except OutlineError as error:
        return failure(FailureCode.NOT_UNDERSTOOD, request.language, hint=error.message)
    return RevisionPlan(operations=tuple(revision.operations), note=shortened(" ".join(revision.notes), NOTE_LENGTH))


class _Revision:
    """The outline while wishes are followed, one after another."""

    def __init__(self, request: LearningRequest, outline: Outline, words: Sentences) -> None:
        self._first = self.outline = outline
        self.operations: list[Operation] = []
        self.notes: list[str] = []
        self._words = words
        self._curriculum = curriculum_for(request.goal, request.language)
        self._follow: dict[str, Callable[[Wish], None]] = {
            "rename": self._rename,
            "remove": self._remove,
            "more_about": self._more_about,
            "fewer": self._fewer,
            "more": self._more,
            "easier": lambda wish: self._shift(wish, -1),
            "harder": lambda wish: self._shift(wish, 1),
            "add": self._add,
        }

    def follow(self, wish: Wish) -> None:
        self._follow[wish.kind](wish)

    def _do(self, *operations: Operation) -> None:
        self.outline = apply_operations(self.outline, operations)
        self.operations += operations

    def _note(self, sentence: str, *names: str) -> None:
        quoted = [f"“{name}”" for name in names[:NAMES_SHOWN]] + (["…"] if len(names) > NAMES_SHOWN else [])
        self.notes.append(self._words.say(sentence, names=self._words.separator.join(quoted)))

    def _rename(self, wish: Wish) -> None:
        target, part_id, name = self._find(wish.name or "")
        other = self._new_name(wish.other)
        self._do(Rename(target=target, id=part_id, name=other))
        self.notes.append(self._words.say(self._words.renamed, name=name, other=other))

    def _remove(self, wish: Wish) -> None:
        target, part_id, name = self._find(wish.name or "")
        before = len(self._concepts)
        gone = sum(concept.concept_id == part_id for concept in self._concepts)
        if target != "concept":
            gone = len(self._concepts_in(target, part_id))
        if before - gone < MIN_CONCEPTS:
            raise _Unclear(self._words.say(self._words.too_few, count=str(MIN_CONCEPTS)))
        self._do(Remove(target=target, id=part_id))
        self._note(self._words.removed, name)

    def _add(self, wish: Wish) -> None:
        name = self._new_name(wish.name)
        if name.casefold() in self._names:
            raise _Unclear(self._words.say(self._words.taken, name=name))
        if (
            lesson := next((one for one in self._unused if one[2].name.casefold() == name.casefold()), None)
        ) is not None:
            self._add_lesson(*lesson)
        else:
            self._add_concept(name, name, self._module_named(wish.other) if wish.other else self._fitting(name))
        self._note(self._words.added, name)

    def _more_about(self, wish: Wish) -> None:
        """What the curriculum has on the topic first, then the topic's facets."""
        wanted = min(wish.count or 1, len(self._words.facets))
        if wanted < 1:
            raise _Unclear(self._words.understands)
        added_to_it = max(len(self._words.stop + facet) for facet in self._words.facets) if wanted > 1 else 0
        topic = self._new_name(wish.name, NAME_LENGTH - added_to_it)
        added: list[str] = []
        for part, unit, lesson in self._unused:
            if len(added) < wanted and _words(topic) & _words(" ".join((lesson.name, *lesson.keywords))):
                self._add_lesson(part, unit, lesson)
                added.append(lesson.name)
        title = topic[:1].upper() + topic[1:]
        facets = [title] if wanted == 1 else [f"{title}{self._words.stop}{facet}" for facet in self._words.facets]
        module = self._fitting(topic)
        for name in facets:
            if len(added) < wanted and name.casefold() not in self._names:
                self._add_concept(name, topic, module)
                added.append(name)
        if not added:
            raise _Unclear(self._words.say(self._words.taken, name=title))
        self._note(self._words.added, *added)

    def _more(self, wish: Wish) -> None:
        wanted = min(wish.count or max(1, len(self._concepts) // _UNNAMED_SHARE), MOST_ADDED)
        added = []
        for part, unit, lesson in self._unused[:wanted]:
            self._add_lesson(part, unit, lesson)
            added.append(lesson.name)
        if not added:
            raise _Unclear(self._words.no_more)
        self._note(self._words.added, *added)

    def _fewer(self, wish: Wish) -> None:
        """From the end, those that nothing else requires; what holds only one concept comes last."""
        wanted = wish.count or max(1, len(self._concepts) // _UNNAMED_SHARE)
        if len(self._concepts) - wanted < MIN_CONCEPTS:
            raise _Unclear(self._words.say(self._words.too_few, count=str(MIN_CONCEPTS)))
        removed = []
        for _ in range(wanted):
            required = {one for concept in self._concepts for one in concept.prerequisites}
            alone = {module.concepts[0].concept_id for module in self._modules if len(module.concepts) == 1}
            free = [concept for concept in self._concepts if concept.concept_id not in required]
            gone = next((concept for concept in reversed(free) if concept.concept_id not in alone), free[-1])
            self._do(Remove(target="concept", id=gone.concept_id))
            removed.append(gone.name)
        self._note(self._words.removed, *removed)

    def _shift(self, wish: Wish, step: int) -> None:
        concepts = self._concepts
        names = [self.outline.title]
        if wish.name is not None:
            target, part_id, name = self._find(wish.name)
            concepts, names = self._concepts_in(target, part_id), [name]
        changes = []
        for concept in concepts:
            level = _LEVELS[min(max(_LEVELS.index(concept.difficulty) + step, 0), len(_LEVELS) - 1)]
            hours = concept.estimated_hours * (1.25 if step > 0 else 0.8)
            hours = min(max(floor(hours * 4 + 0.5) / 4, 0.25), MAX_HOURS)
            changes.append(Change(concept_id=concept.concept_id, difficulty=level, estimated_hours=hours))
        self._do(*changes)
        self._note(self._words.harder if step > 0 else self._words.easier, *names)

    @property
    def _concepts(self) -> list[Concept]:
        return list(self.outline.concepts)

    @property
    def _modules(self) -> list[Module]:
        return [module for stage in self.outline.stages for module in stage.modules]

    @property
    def _names(self) -> set[str]:
        return {concept.name.casefold() for concept in self.outline.concepts}

    def _concepts_in(self, target: Target, part_id: str) -> list[Concept]:
        return [
            concept
            for stage in self.outline.stages
            for module in stage.modules
            for concept in module.concepts
            if part_id == {"stage": stage.stage_id, "module": module.module_id, "concept": concept.concept_id}[target]
        ]

    @property
    def _parts(self) -> Iterator[tuple[Target, str, str]]:
        for concept in self.outline.concepts:
            yield "concept", concept.concept_id, concept.name
        for module in self._modules:
            yield "module", module.module_id, module.name
        for stage in self.outline.stages:
            yield "stage", stage.stage_id, stage.name

    def _new_name(self, text: str | None, most: int = NAME_LENGTH) -> str:
        """What the learner wants something to be called."""
        name = name_of(text or "")
        if not name:
            raise _Unclear(self._words.understands)
        if len(name) > most:
            raise _Unclear(self._words.say(self._words.too_long, name=shortened(name, QUOTED), most=str(most)))
        return name

    def _find(self, name: str) -> tuple[Target, str, str]:
        """The part of that name, or the only one whose name contains it; concepts come before what holds them."""
        wanted = name_of(name).casefold()
        found = [part for part in self._parts if part[2].casefold() == wanted][:1]
        found = found or [part for part in self._parts if wanted and wanted in part[2].casefold()]
        if not found:
            raise _Unclear(self._words.say(self._words.unknown, name=shortened(name_of(name), QUOTED)))
        if len(found) > 1:
            names = self._words.separator.join(f"“{part[2]}”" for part in found[:NAMES_SHOWN])
            raise _Unclear(self._words.say(self._words.ambiguous, name=shortened(name_of(name), QUOTED), names=names))
        return found[0]

    def _module_named(self, name: str) -> Module:
        target, part_id, _ = self._find(name)
        concept = self._concepts_in(target, part_id)[-1]
        return next(module for module in self._modules if concept in module.concepts)

    def _fitting(self, topic: str) -> Module:
        """The module that shares most words with the topic, else the last one."""

        def shared(module: Module) -> int:
            texts = [module.name, *(text for one in module.concepts for text in (one.name, *one.keywords))]
            return len(_words(topic) & _words(" ".join(texts)))

        return max(reversed(self._modules), key=shared)

    def _add_concept(self, name: str, topic: str, module: Module) -> None:
        there = sorted(module.concepts, key=lambda concept: _LEVELS.index(concept.difficulty))
        middle = there[len(there) // 2]
        self._do(
            AddConcept(
                concept_id=fresh_id("c"),
                module_id=module.module_id,
                name=name,
                description=self._words.say(self._words.about, topic=topic),
                estimated_hours=middle.estimated_hours,
                difficulty=middle.difficulty,
            )
        )

    @property
    def _unused(self) -> list[tuple[Part, Unit, Lesson]]:
        """Lessons of the curriculum that the outline lacks, in their order; those that extend it come last. What an
        earlier wish has removed does not come back."""
        ids = {concept.concept_id for concept in (*self._first.concepts, *self.outline.concepts)}
        names = self._names
        lessons = {
            lesson.lesson_id: (part, unit, lesson)
            for part in (*self._curriculum.parts, *self._curriculum.extended(MOST_ADDED))
            for unit in part.units
            for lesson in unit.lessons
            if lesson.lesson_id not in ids and lesson.name.casefold() not in names
        }
        return list(lessons.values())

    def _add_lesson(self, part: Part, unit: Unit, lesson: Lesson) -> None:
        known = {concept.concept_id for concept in self.outline.concepts}
        new = NewConcept(
            concept_id=lesson.lesson_id,
            name=lesson.name,
            description=lesson.definition,
            estimated_hours=lesson.hours,
            difficulty=lesson.difficulty,
            keywords=lesson.keywords,
            prerequisites=tuple(one for one in lesson.prerequisites if one in known),
        )
        if any(module.module_id == unit.unit_id for module in self._modules):
            self._do(AddConcept(**new.model_dump(), module_id=unit.unit_id))
            return
        module = NewModule(module_id=unit.unit_id, name=unit.name, description=unit.description, concepts=(new,))
        if any(stage.stage_id == part.part_id for stage in self.outline.stages):
            self._do(AddModule(**module.model_dump(), stage_id=part.part_id))
            return
        self._do(AddStage(stage_id=part.part_id, name=part.name, description=part.description, modules=(module,)))


def _words(text: str) -> set[str]:
    """What can be compared: words of three letters or more, without their endings; single Chinese characters."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {word[:4] if word.isascii() else word for word in words if len(word) > 2 or not word.isascii()}

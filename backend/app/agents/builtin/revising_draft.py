"""The outline while a learner's wishes are followed, one after another."""

from collections.abc import Sequence
from typing import NamedTuple

from app.agents.builtin.course import CurriculumConcept, CurriculumModule, CurriculumStage
from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.drafting import outline_of
from app.agents.builtin.revising_words import Place, Reply, Vocabulary
from app.agents.builtin.templates import fill
from app.domain.outline_edits import apply_operations, fresh_id
from app.domain.outline_operations import AddConcept, AddModule, AddStage, NewConcept, NewModule, Operation, Target
from app.domain.roadmap import Concept, Difficulty, LearningRequest, Outline
from app.domain.text import name_of, shortened

NAMES_SHOWN = 6
MOST_ADDED = 50
"""How many concepts one wish may add."""
NAME_LENGTH = 120
"""Characters of a name, at most; a longer one is refused, never cut."""
QUOTED = 80
"""Characters of the learner's words that a reply repeats."""
_COMMON = {"and", "for", "the", "with"}
_TARGETS: tuple[Target, ...] = ("stage", "module", "concept")
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


class UnclearWish(Exception):
    """A wish that cannot be followed; the message is a hint for the learner."""


class OutlinePart(NamedTuple):
    """A part of the outline. `depth` is 0 for a stage, 1 for a module, 2 for a concept."""

    depth: int
    id: str
    name: str

    @property
    def target(self) -> Target:
        return _TARGETS[self.depth]


class InsertionPoint(NamedTuple):
    """A place below a part, or among the stages: before one of the siblings or, without one, at the end."""

    parent: str
    before: str | None = None


class OutlineRevision:
    def __init__(self, request: LearningRequest, outline: Outline, words: Vocabulary) -> None:
        self._first = self.outline = outline
        self.operations: list[Operation] = []
        self.notes: list[str] = []
        self.asked: set[str] = set()
        """Ids of the concepts that the wishes speak of."""
        self.words = words
        self._request = request
        self._curriculum = curriculum_for(request.goal, request.language)

    def do(self, *operations: Operation) -> None:
        self.outline = apply_operations(self.outline, operations)
        self.operations += operations

    def note(self, reply: Reply, names: Sequence[str] = (), **values: str) -> None:
        self.notes.append(fill(self.words.replies[reply], names=self._listed(names), **values))

    def unclear(self, reply: Reply, names: Sequence[str] = (), **values: str) -> UnclearWish:
        replies, examples = self.words.replies, self.words.separator.join(self.words.examples)
        values = {key: shortened(value, QUOTED) for key, value in values.items()}
        values |= {"examples": examples, "understands": fill(replies["understands"], examples=examples)}
        return UnclearWish(fill(replies[reply], names=self._listed(names), **values))

    def _listed(self, names: Sequence[str]) -> str:
        quoted = [f"“{name}”" for name in names[:NAMES_SHOWN]] + ["…"] * (len(names) > NAMES_SHOWN)
        return self.words.separator.join(quoted)

    @property
    def concepts(self) -> list[Concept]:
        return list(self.outline.concepts)

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Of each concept, the ids of its stage, its module and itself."""
        return [
            (stage.stage_id, module.module_id, concept.concept_id)
            for stage in self.outline.stages
            for module in stage.modules
            for concept in module.concepts
        ]

    @property
    def parts(self) -> list[OutlinePart]:
        """Concepts come before what holds them."""
        stages = self.outline.stages
        return [
            *(OutlinePart(2, concept.concept_id, concept.name) for concept in self.outline.concepts),
            *(OutlinePart(1, module.module_id, module.name) for stage in stages for module in stage.modules),
            *(OutlinePart(0, stage.stage_id, stage.name) for stage in stages),
        ]

    def find(self, name: str) -> OutlinePart:
        """The part of that name, or the only one whose name contains it."""
        wanted = name_of(name).casefold()
        found = [part for part in self.parts if part.name.casefold() == wanted][:1]
        found = found or [part for part in self.parts if wanted and wanted in part.name.casefold()]
        if not found:
            raise self.unclear("unknown", name=name_of(name))
        if len(found) > 1:
            raise self.unclear("ambiguous", [part.name for part in found], name=name_of(name))
        self.asked |= {concept.concept_id for concept in self.below(found[0])}
        return found[0]

    def below(self, part: OutlinePart | None) -> list[Concept]:
        """The concepts that a part of the outline holds; of a concept, itself; without a part, all."""
        ids = {row[2] for row in self.rows if part is None or row[part.depth] == part.id}
        return [concept for concept in self.concepts if concept.concept_id in ids]

    def spot(self, part: OutlinePart, place: Place, beside: OutlinePart | None) -> InsertionPoint:
        """Where the part goes. Beside a part of another depth is beside what holds it, or beside what it holds."""
        depth = part.depth
        rows = [row for row in self.rows if beside is None or row[beside.depth] == beside.id]
        row = rows[0 if place == "before" else -1]
        if row[depth] == part.id or (place == "into" and beside and beside.depth >= depth < 2):
            raise self.unclear("no_place", name=part.name)
        parent = row[depth - 1] if depth else ""
        siblings = dict.fromkeys(row[depth] for row in self.rows if not depth or row[depth - 1] == parent)
        others = [one for one in siblings if one != part.id]
        index = {"before": others.index(row[depth]), "after": others.index(row[depth]) + 1, "into": len(others)}[place]
        return InsertionPoint(parent, others[index] if index < len(others) else None)

    def fitting(self, topic: str) -> InsertionPoint:
        """The module that shares most words with the topic, else the last one."""

        def shared(module: OutlinePart) -> int:
            texts = [text for one in self.below(module) for text in (one.name, *one.keywords)]
            return len(words_of(topic) & words_of(" ".join((module.name, *texts))))

        return InsertionPoint(max((part for part in reversed(self.parts) if part.depth == 1), key=shared).id)

    def new_name(self, text: str, most: int = NAME_LENGTH) -> str:
        """What the learner wants something to be called."""
        name = name_of(text)
        if not name.strip(" .…"):
            raise self.unclear("understands")
        if len(name) > most:
            raise self.unclear("too_long", name=name, most=str(most))
        return name

    @property
    def taken(self) -> set[str]:
        """The names of all concepts, casefolded."""
        return {concept.name.casefold() for concept in self.outline.concepts}

    @property
    def own(self) -> set[str]:
        """Ids of the concepts that have been added or renamed since the outline was drafted."""
        drafted = outline_of(self._curriculum, self._request.concepts, self._request.level).concepts
        unchanged = {(concept.concept_id, concept.name) for concept in drafted}
        return {one.concept_id for one in self._first.concepts if (one.concept_id, one.name) not in unchanged}

    @property
    def unused(self) -> list[tuple[CurriculumStage, CurriculumModule, CurriculumConcept]]:
        """Concepts of the curriculum that the outline lacks, in their order; those that extend it come last. What an
        earlier wish has removed does not come back."""
        ids = {concept.concept_id for concept in (*self._first.concepts, *self.outline.concepts)}
        taken = self.taken
        concepts = {
            concept.concept_id: (stage, module, concept)
            for stage in (*self._curriculum.stages, *self._curriculum.extended(MOST_ADDED))
            for module in stage.modules
            for concept in module.concepts
            if concept.concept_id not in ids and concept.name.casefold() not in taken
        }
        return list(concepts.values())

    def add_own(self, name: str, topic: str, spot: InsertionPoint) -> None:
        """A concept of the learner's own, as long and as difficult as its neighbours."""
        there = sorted(self.below(OutlinePart(1, spot.parent, "")), key=lambda one: DIFFICULTIES.index(one.difficulty))
        middle = there[len(there) // 2]
        self._add(
            NewConcept(
                concept_id=fresh_id("c"),
                name=name,
                description=fill(self.words.replies["about"], topic=topic),
                estimated_hours=middle.estimated_hours,
                difficulty=middle.difficulty,
            ),
            spot,
        )

    def add_concept(
        self,
        stage: CurriculumStage,
        module: CurriculumModule,
        concept: CurriculumConcept,
        spot: InsertionPoint | None = None,
    ) -> None:
        """A concept of the curriculum, at the spot or else in its own module, which is added where it is missing."""
        new = NewConcept(
            concept_id=concept.concept_id,
            name=concept.name,
            description=concept.definition,
            estimated_hours=concept.hours,
            difficulty=concept.difficulty,
            keywords=concept.keywords,
            prerequisites=concept.prerequisites,
        )
        there = {(found.depth, found.id) for found in self.parts}
        if spot or (1, module.module_id) in there:
            self._add(new, spot or InsertionPoint(module.module_id))
            return
        stage_id = stage.stage_id if (0, stage.stage_id) in there else None
        new = self._requiring_earlier(new, 0, stage_id)
        new_module = NewModule(
            module_id=module.module_id, name=module.name, description=module.description, concepts=(new,)
        )
        if stage_id:
            self.do(AddModule(**new_module.model_dump(), stage_id=stage_id))
        else:
            self.do(
                AddStage(stage_id=stage.stage_id, name=stage.name, description=stage.description, modules=(new_module,))
            )

    def _add(self, new: NewConcept, spot: InsertionPoint) -> None:
        new = self._requiring_earlier(new, 1, spot.parent, spot.before)
        self.do(AddConcept(**new.model_dump(), module_id=spot.parent, before=spot.before))
        self.asked.add(new.concept_id or "")

    def _requiring_earlier(
        self, new: NewConcept, depth: int, parent: str | None, before: str | None = None
    ) -> NewConcept:
        """The concept without the prerequisites that are missing or come later than its place."""
        rows = self.rows
        ends = [index for index, row in enumerate(rows) if row[2] == before]
        ends += [index for index, row in enumerate(rows, start=1) if row[depth] == parent][-1:]
        earlier = {row[2] for row in rows[: ends[0] if ends else None]}
        return new.model_copy(update={"prerequisites": tuple(one for one in new.prerequisites if one in earlier)})


def words_of(text: str) -> set[str]:
    """What can be compared: words of three letters or more, without their endings; single Chinese characters."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {word[:4] if word.isascii() else word for word in words if len(word) > 2 or not word.isascii()} - _COMMON

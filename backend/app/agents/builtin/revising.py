"""Revises an outline by a learner's words, of which it understands a small set; it says so when it does not."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from math import floor

import structlog

from app.agents.builtin.curriculum import written_language
from app.agents.builtin.revising_draft import (
    DIFFICULTIES,
    MOST_ADDED,
    NAME_LENGTH,
    OutlinePart,
    OutlineRevision,
    UnclearWish,
    words_of,
)
from app.agents.builtin.revising_grammar import Wish, wishes_in
from app.agents.builtin.revising_words import Kind, Shift, vocabulary
from app.domain.failures import Failure, FailureCode, failure
from app.domain.outline_edits import apply_operations
from app.domain.outline_operations import MAX_OPERATIONS, Change, Move, Remove, Rename, RevisionPlan
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.roadmap import MAX_HOURS, MIN_CONCEPTS, Concept, LearningRequest, Outline
from app.domain.text import shortened

log = structlog.get_logger()

NOTE_LENGTH = 2000
_LEAST_HOURS = 0.25
_UNNAMED_SHARE = 5
"""What part of the concepts `more` and `fewer` mean, where no number is given: one in so many."""


def revise(request: LearningRequest, outline: Outline, feedback: str) -> RevisionPlan | Failure:
    """What to change, or why it is not clear."""
    language = written_language(request.language)
    draft = OutlineRevision(request, outline, vocabulary(language))
    known = {part.name for part in draft.parts} | {concept.name for _, _, concept in draft.unused}
    try:
        wishes = []
        for wish in wishes_in(feedback, known):
            if isinstance(wish, str):
                raise draft.unclear("unclear", text=wish)
            wishes.append(wish)
        # What is to be shorter in the end is known when all else is done.
        for wish in sorted(
            wishes, key=lambda wish: 2 * (wish.kind == "hours" and not wish.parts) + (wish.kind == "fewer")
        ):
            _FOLLOW[wish.kind](draft, wish)
        if not draft.operations:
            raise draft.unclear("understands")
        if len(draft.operations) > MAX_OPERATIONS:
            raise draft.unclear("too_much", count=str(MAX_OPERATIONS))
        check_outline(apply_operations(outline, draft.operations))
    except UnclearWish as unclear:
        return failure(FailureCode.NOT_UNDERSTOOD, request.language, case="hint", hint=str(unclear))
    except OutlineError as error:
        log.info("wish_breaks_a_rule", reason=error.message)
        return failure(FailureCode.NOT_UNDERSTOOD, request.language, case="rule")
    return RevisionPlan(operations=tuple(draft.operations), note=shortened(" ".join(draft.notes), NOTE_LENGTH))


def _rename(draft: OutlineRevision, wish: Wish) -> None:
    part, other = draft.find(wish.parts[0]), draft.new_name(wish.names[0])
    if part.depth == 2 and other.casefold() in draft.taken - {part.name.casefold()}:
        raise draft.unclear("taken", name=other)
    draft.do(Rename(target=part.target, id=part.id, name=other))
    draft.note("renamed", name=part.name, other=other)


def _remove(draft: OutlineRevision, wish: Wish) -> None:
    parts = [draft.find(name) for name in wish.parts]
    gone = {concept.concept_id for part in parts for concept in draft.below(part)}
    if len(draft.concepts) - len(gone) < MIN_CONCEPTS:
        raise draft.unclear("too_few", count=str(MIN_CONCEPTS))
    for part in parts:
        if part in draft.parts:
            draft.do(Remove(target=part.target, id=part.id))
    draft.note("removed", [part.name for part in parts])


def _fewer(draft: OutlineRevision, wish: Wish) -> None:
    """From the end. What the same wishes speak of stays. What the learner has added or renamed before goes after all
    else, then what others require, then what is alone in its module."""
    left, own = draft.concepts, draft.own
    removed: list[Concept] = []
    module_of = {concept_id: module_id for _, module_id, concept_id in draft.rows}
    for _ in range(_count(draft, wish)):
        required = {one for concept in left for one in concept.prerequisites}
        sizes = Counter(module_of[concept.concept_id] for concept in left)
        free = [one.concept_id for one in reversed(left) if one.concept_id not in draft.asked]
        if not free or len(left) == MIN_CONCEPTS:
            raise draft.unclear("too_few", count=str(MIN_CONCEPTS))
        gone = min(free, key=lambda one: (one in own, one in required, sizes[module_of[one]] == 1))
        removed += [concept for concept in left if concept.concept_id == gone]
        left = [concept for concept in left if concept.concept_id != gone]
    draft.do(*(Remove(target="concept", id=concept.concept_id) for concept in removed))
    draft.note("removed", [concept.name for concept in removed])


def _more(draft: OutlineRevision, wish: Wish) -> None:
    concepts = draft.unused[: min(_count(draft, wish), MOST_ADDED)]
    for unused in concepts:
        draft.add_concept(*unused)
    if not concepts:
        raise draft.unclear("no_more")
    draft.note("added", [concept.name for _, _, concept in concepts])


def _count(draft: OutlineRevision, wish: Wish) -> int:
    return max(1, int(wish.number or len(draft.concepts) // _UNNAMED_SHARE))


def _about(draft: OutlineRevision, wish: Wish) -> None:
    """What the curriculum has on a topic first, then the topic's facets."""
    facets = draft.words.facets
    wanted = min(max(1, int(wish.number or 1)), len(facets))
    added: list[str] = []
    for text in wish.names:
        topic = draft.new_name(text, NAME_LENGTH - (max(map(len, facets)) if wanted > 1 else 0))
        title = topic[:1].upper() + topic[1:]
        names = [title] if wanted == 1 else [title + facet for facet in facets]
        concepts = [
            one for one in draft.unused if words_of(topic) & words_of(" ".join((one[2].name, *one[2].keywords)))
        ]
        for unused in concepts[:wanted]:
            draft.add_concept(*unused)
        spot = draft.fitting(topic)
        own = [name for name in names if name.casefold() not in draft.taken][: wanted - len(concepts[:wanted])]
        for name in own:
            draft.add_own(name, topic, spot)
        if not concepts and not own:
            raise draft.unclear("taken", name=title)
        added += [*(concept.name for _, _, concept in concepts[:wanted]), *own]
    draft.note("added", added)


def _add(draft: OutlineRevision, wish: Wish) -> None:
    beside = draft.find(wish.beside) if wish.beside else None
    for text in reversed(wish.names) if wish.place == "before" else wish.names:
        name = draft.new_name(text)
        if name.casefold() in draft.taken:
            raise draft.unclear("taken", name=name)
        spot = draft.spot(OutlinePart(2, "", name), wish.place, beside) if beside else None
        if unused := next((one for one in draft.unused if one[2].name.casefold() == name.casefold()), None):
            draft.add_concept(*unused, spot)
        else:
            draft.add_own(name, name, spot or draft.fitting(name))
        beside = draft.find(name) if beside and wish.place != "into" else beside
    draft.note("added", [draft.new_name(text) for text in wish.names])


def _move(draft: OutlineRevision, wish: Wish) -> None:
    parts = [draft.find(name) for name in wish.parts]
    beside = draft.find(wish.beside) if wish.beside else None
    for part in reversed(parts) if wish.place == "before" else parts:
        spot = draft.spot(part, wish.place, beside)
        draft.do(Move(target=part.target, id=part.id, into=spot.parent or None, before=spot.before))
        beside = beside if wish.place == "into" else part
    draft.note("moved", [part.name for part in parts])


def _hours(draft: OutlineRevision, wish: Wish) -> None:
    """The hours of a part, or of all, divided among its concepts as before."""
    wanted = wish.number or 0
    for name, concepts in _concerned(draft, wish):
        least, most = _LEAST_HOURS * len(concepts), MAX_HOURS * len(concepts)
        if not least <= wanted <= most:
            raise draft.unclear("hours_range", name=name, least=f"{least:g}", most=f"{most:g}")
        share = wanted / sum(concept.estimated_hours for concept in concepts)
        due = 0.0
        changes = []
        for concept in concepts:
            due += concept.estimated_hours * share
            hours = due if len(concepts) == 1 else _quarters(due)
            due -= hours
            changes.append(Change(concept_id=concept.concept_id, estimated_hours=hours))
        draft.do(*changes)
        draft.note("hours", [name], hours=f"{sum(change.estimated_hours or 0 for change in changes):g}")


def _level(draft: OutlineRevision, wish: Wish) -> None:
    level = next(word for word, level in draft.words.levels.items() if level == wish.level)
    for name, concepts in _concerned(draft, wish):
        draft.do(*(Change(concept_id=concept.concept_id, difficulty=wish.level) for concept in concepts))
        draft.note("level", [name], level=level)


def _shift(draft: OutlineRevision, wish: Wish, reply: Shift, step: int, factor: float) -> None:
    """So many steps of difficulty up, and so many times the hours."""
    for name, concepts in _concerned(draft, wish):
        changes = []
        for concept in concepts:
            index = min(max(DIFFICULTIES.index(concept.difficulty) + step, 0), len(DIFFICULTIES) - 1)
            hours = _quarters(concept.estimated_hours * factor)
            changes.append(Change(concept_id=concept.concept_id, difficulty=DIFFICULTIES[index], estimated_hours=hours))
        draft.do(*changes)
        draft.note(reply, [name])


def _concerned(draft: OutlineRevision, wish: Wish) -> list[tuple[str, list[Concept]]]:
    """The parts that a wish speaks of, by name, and their concepts; without any, the whole outline."""
    parts = [draft.find(name) for name in wish.parts]
    return [(part.name, draft.below(part)) for part in parts] or [(draft.outline.title, draft.concepts)]


def _quarters(hours: float) -> float:
    return min(max(floor(hours * 4 + 0.5) / 4, _LEAST_HOURS), MAX_HOURS)


_FOLLOW: dict[Kind, Callable[[OutlineRevision, Wish], None]] = {
    "about": _about,
    "fewer": _fewer,
    "more": _more,
    "add": _add,
    "remove": _remove,
    "move": _move,
    "rename": _rename,
    "hours": _hours,
    "level": _level,
    "easier": partial(_shift, reply="easier", step=-1, factor=0.8),
    "harder": partial(_shift, reply="harder", step=1, factor=1.25),
    "quicker": partial(_shift, reply="quicker", step=0, factor=0.8),
    "slower": partial(_shift, reply="slower", step=0, factor=1.25),
}

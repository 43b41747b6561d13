"""Whether a curated course covers what a learner asks for, and what it lacks.

A course fits when every word of the goal that means something is accounted for: by its title, the phrases that it
answers to, or the names of its concepts. A word of the subject that merely occurs is not enough: "Spanish cooking" is
no language course.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from app.agents.builtin.syllabus import Syllabus, all_syllabi

_WORD = re.compile(r"[^\W_][\w+#'’./&-]*", re.UNICODE)
_CLAUSE = re.compile(r"[,.;:!?\n()]+(?=\s|$)")
_NEGATION = re.compile(
    r"\b(don['’]?t|do not|not|no|without|except|instead of|rather than|other than|anything but|everything but|all but"
    r"|no more|never)\b",
    re.IGNORECASE,
)
_FILLERS = frozenset(
    """
    a an the my our your me us i i'm i'd i've we we'd you it its this that these those what which who how why when where
    to for of in on at by with about into from as and or so than then if because while within via
    is are am be been being was were do does did can could will would should may might must shall let's let
    want wanted wish hope need like love plan intend try trying going go get getting got become becoming
    learn learning study studying teach teaching taught understand understanding understood know knowing known master
    mastering improve improving explore exploring discover start starting started begin beginning use using used
    build building create creating develop developing
    work working write writing read reading speak speaking make making do doing be able
    please help show guide give course class tutorial lesson training bootcamp roadmap path plan curriculum
    introduction introductory intro basic basics fundamental fundamentals foundation foundations essential essentials
    beginner beginners novice newbie intermediate advanced expert absolute complete total zero scratch ground up
    step quick quickly fast easy simple simply properly well good better best great comfortable confident fluent
    proficient competent modern new practical really just also always finally more everything something anything
    hour hours day days week weeks month months year years daily per every each minutes weekend time
    job interview exam test career work school university college hobby fun
    crash deep dive overview refresher explained vs versus travel developer developers programmer programmers
    language skill skills topic subject field
    """.split()  # noqa: SIM905
)
"""Words that say how, how well or when somebody wants to learn, and not what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The curated course that is nearest to a goal, None if none is near; which words of the goal it covers, and which
    nothing of it is about. It fits when none is missing."""

    course: str | None
    covered: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return self.course is not None and not self.missing


@lru_cache(maxsize=256)
def fit_of(goal: str) -> Fit:
    """For a goal in English, the language of the curated courses."""
    asked = _asked(goal)
    words = _content_words(asked)
    if not words:
        return Fit(course=None, covered=(), missing=tuple(_content_words(goal)) or tuple(_WORD.findall(goal)[:1]))
    best: tuple[int, int, Syllabus, list[str]] | None = None
    for syllabus in all_syllabi():
        anchor = _anchor(syllabus, asked)
        if anchor == 0:
            continue
        missing = [word for word in words if _stem(word) not in _vocabulary(syllabus)]
        if best is None or (len(missing), -anchor) < best[:2]:
            best = (len(missing), -anchor, syllabus, missing)
    if best is None:
        return Fit(course=None, covered=(), missing=tuple(words))
    _, _, syllabus, missing = best
    covered = tuple(word for word in words if word not in missing)
    return Fit(course=syllabus.title, covered=covered, missing=tuple(missing))


def _asked(goal: str) -> str:
    """The goal without what the learner says not to want: in each clause, whatever follows a negation."""
    clauses = _CLAUSE.split(goal)
    return ", ".join(_NEGATION.split(clause, maxsplit=1)[0] for clause in clauses)


def _anchor(syllabus: Syllabus, asked: str) -> int:
    """The length of the longest phrase of the course that occurs; 0 if none does."""
    text = asked.casefold()
    found = (
        len(phrase) for phrase in syllabus.goals if re.search(rf"(?<![\w+#-]){re.escape(phrase)}(?![\w+#-])", text)
    )
    return max(found, default=0)


def _content_words(text: str) -> list[str]:
    """The words that say what somebody wants to learn, in the learner's own spelling, each once."""
    words = (word.rstrip("'’./&-") for word in _WORD.findall(text))
    meant = (word for word in words if word.casefold().replace("’", "'") not in _FILLERS and not word.isdigit())
    return list({_stem(word): word for word in reversed(list(meant))}.values())[::-1]


@cache
def _vocabulary(syllabus: Syllabus) -> frozenset[str]:
    texts = [syllabus.title, *syllabus.goals, *(concept.name for concept in syllabus.concepts)]
    return frozenset(_stem(word.rstrip("'’./&-")) for text in texts for word in _WORD.findall(text))


def _stem(word: str) -> str:
    """One form for `query` and `queries`, `join` and `joins`."""
    text = word.casefold()
    if len(text) > 4 and text.endswith("ies"):
        return text[:-3] + "y"
    return text[:-1] if len(text) > 3 and text.endswith("s") and not text.endswith("ss") else text

"""Turns what is right and what is wrong into questions whose options are shuffled, the same way every time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.agents.dice import dice
from app.domain.content.kinds.quiz import Option, Question

OPTIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A question before its options are shuffled; texts are distinct."""

    prompt: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    explanation: str
    several: bool = False
    """Whether the learner is to choose all that apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement that is true or false; its options keep their order."""

    prompt: str
    is_true: bool
    explanation: str
    true: str
    false: str


def question(draft: Choice | Statement, question_id: str, *seed: str) -> Question:
    if isinstance(draft, Statement):
        return Question(
            question_id=question_id,
            type="true_false",
            prompt=draft.prompt,
            options=(Option(option_id="true", text=draft.true), Option(option_id="false", text=draft.false)),
            correct=("true" if draft.is_true else "false",),
            explanation=draft.explanation,
        )
    texts = [*draft.right, *draft.wrong]
    dice(question_id, *seed).shuffle(texts)
    options = tuple(Option(option_id="abcdefgh"[index], text=text) for index, text in enumerate(texts))
    kind: Literal["single", "multiple"] = "multiple" if draft.several else "single"
    return Question(
        question_id=question_id,
        type=kind,
        prompt=draft.prompt,
        options=options,
        correct=tuple(option.option_id for option in options if option.text in draft.right),
        explanation=draft.explanation,
    )


def distinct(texts: Iterable[str], *, besides: Sequence[str]) -> list[str]:
    """The texts without repetitions, and without those that are among `besides`, however they are capitalised."""
    seen = {text.strip().casefold() for text in besides}
    kept = []
    for text in texts:
        if (key := text.strip().casefold()) not in seen:
            seen.add(key)
            kept.append(text)
    return kept

"""Writes quizzes: questions whose answers are valid, in an order that gives nothing away."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from app.agents.asking.prompts import load_prompt
from app.agents.asking.structured_request import InvalidReply, Line, Paragraph, Reply, StructuredRequest, at_most
from app.agents.dice import dice
from app.agents.writing.facts import facts_of
from app.agents.writing.option_labels import without_labels
from app.agents.writing.option_letters import speaks_of_letters, without_letters
from app.domain.content.kinds import quiz as content
from app.generation.work import ConceptBrief

ROOM = 3000
"""Tokens that the reply may take."""

MIN_QUESTIONS, MAX_QUESTIONS = 3, 8
MAX_OPTIONS = 6

_SPEAKS_OF_OTHERS = re.compile(
    r"\b(?:all|none|both|neither|any) (?:of )?the (?:above|others?|options|answers)\b"
    r"|\b(?:both|neither) [A-E] (?:and|n?or) [A-E]\b|^[A-E] (?:and|or|&) [A-E]$"
    r"|(?:以上|上述)(?:选项)?(?:都|全|皆|均|所有)|(?:都|均)不(?:对|正确|是)$",
    re.IGNORECASE,
)


class OptionReply(Reply):
    text: Line
    correct: bool
    explanation: Line


class QuestionReply(Reply):
    type: Literal["single", "multiple", "true_false"]
    prompt: Paragraph
    options: Annotated[list[OptionReply], at_most(MAX_OPTIONS, at_least=2)]
    explanation: Paragraph


class QuizReply(Reply):
    questions: Annotated[list[QuestionReply], at_most(MAX_QUESTIONS, at_least=1)]


def quiz_request(brief: ConceptBrief) -> StructuredRequest[QuizReply, content.Quiz]:
    def accept(reply: QuizReply) -> content.Quiz:
        return _quiz(reply, brief.concept.concept_id)

    return StructuredRequest(
        prompt=load_prompt("quiz"),
        facts=facts_of(brief),
        reply=QuizReply,
        accept=accept,
        prose=lambda reply: [
            text
            for question in reply.questions
            for text in (question.prompt, question.explanation, *(option.text for option in question.options))
        ],
        language=brief.request.language,
        room=ROOM,
    )


def _quiz(reply: QuizReply, seed: str) -> content.Quiz:
    """Questions that cannot be used are left out, as long as enough remain."""
    faults: list[str] = []
    usable: list[tuple[QuestionReply, list[OptionReply]]] = []
    asked: set[str] = set()
    for number, written in enumerate(reply.questions[:MAX_QUESTIONS], start=1):
        question = _without_letters(written)
        options = _distinct(question.options)[:MAX_OPTIONS]
        fault = _fault(question, options)
        if fault is None and question.prompt.casefold() in asked:
            fault = "it is asked twice"
        if fault is None:
            asked.add(question.prompt.casefold())
            usable.append((question, options))
        else:
            faults.append(f"Question {number}: {fault}.")
    if len(usable) < MIN_QUESTIONS:
        raise InvalidReply(*faults, f"At least {MIN_QUESTIONS} usable questions are needed.")
    places = _places([options for _, options in usable], seed)
    return content.Quiz(
        questions=tuple(
            _question(f"q{number}", question, ordered)
            for number, ((question, _), ordered) in enumerate(zip(usable, places, strict=True), start=1)
        )
    )


def _without_letters(question: QuestionReply) -> QuestionReply:
    """The question without letters before its options, and without explanations that call options by letters."""
    texts = without_labels([option.text for option in question.options])

    def explained(text: str) -> str:
        return without_letters(text, texts, question.prompt)

    options = [
        option.model_copy(update={"text": text, "explanation": explained(option.explanation)})
        for option, text in zip(question.options, texts, strict=True)
    ]
    return question.model_copy(update={"options": options, "explanation": explained(question.explanation)})


def _fault(question: QuestionReply, options: Sequence[OptionReply]) -> str | None:
    correct = [option for option in options if option.correct]
    if not question.prompt or not question.explanation:
        return "it needs a prompt and an explanation"
    if len(options) < 2:
        return "it needs at least two different options"
    if not correct:
        return "none of its options is correct"
    if len(correct) == len(options):
        return "all of its options are correct"
    if question.type == "true_false" and len(options) != 2:
        return "a true_false question has two options"
    if any(not option.explanation for option in options):
        return "every option needs an explanation"
    if any(_SPEAKS_OF_OTHERS.search(option.text) for option in options):
        return "an option must not speak of other options, since they are shown in another order"
    names = [question.prompt, *(option.text for option in options)]
    explanations = [question.explanation, *(option.explanation for option in options)]
    if any(speaks_of_letters(text, len(options), names) for text in explanations):
        return "an explanation must not call options by letters or places, since they are shown in another order"
    return None


def _distinct(options: Sequence[OptionReply]) -> list[OptionReply]:
    """Without options of the same text; the correct one of two stays."""
    kept: dict[str, OptionReply] = {}
    for option in options:
        key = " ".join(option.text.casefold().split()).rstrip(".")
        if key and (key not in kept or option.correct):
            kept[key] = option
    return list(kept.values())


def _places(questions: Sequence[Sequence[OptionReply]], seed: str) -> list[list[OptionReply]]:
    """Each question's options, shuffled so that over the quiz every place is about equally often a correct one."""
    random = dice("places", seed)
    taken: dict[int, int] = {}
    ordered: list[list[OptionReply]] = []
    for options in questions:
        right = [option for option in options if option.correct]
        wrong = [option for option in options if not option.correct]
        random.shuffle(right)
        random.shuffle(wrong)
        free = list(range(len(options)))
        random.shuffle(free)
        free.sort(key=lambda place: taken.get(place, 0))
        row: list[OptionReply | None] = [None] * len(options)
        for option, place in zip(right, free, strict=False):
            row[place] = option
            taken[place] = taken.get(place, 0) + 1
        rest = iter(wrong)
        ordered.append([option if option is not None else next(rest) for option in row])
    return ordered


def _question(question_id: str, question: QuestionReply, ordered: Sequence[OptionReply]) -> content.Question:
    options = tuple(
        content.Option(option_id="abcdefgh"[place], text=option.text, explanation=option.explanation)
        for place, option in enumerate(ordered)
    )
    correct = tuple(shown.option_id for shown, option in zip(options, ordered, strict=True) if option.correct)
    kind = question.type if len(correct) == 1 else "multiple"
    return content.Question(
        question_id=question_id,
        type=kind,
        prompt=question.prompt,
        options=options,
        correct=correct,
        explanation=question.explanation,
    )

"""What a good model answers to Greenway's prompts: scripts for the scripted server."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from scripted_model import Call, Reply, answer

WORDS = "This is what the learner has to know about it, and why that is of use to them in the work that they do. "


def facts_in(call: Call) -> dict[str, Any]:
    """The data that the model was given."""
    match = re.search(r"<data>\n(.*)\n</data>", call.text, re.DOTALL)
    assert match is not None, call.text
    facts: dict[str, Any] = json.loads(match[1])
    return facts


def form_of(call: Call) -> str:
    """What is asked for: the first of the reply's fields."""
    schema = call.schema
    assert schema is not None
    return str(next(iter(schema["properties"])))


def good(call: Call) -> Reply:
    """A good answer to any question."""
    return answer(GOOD[form_of(call)](facts_in(call)))


def _plan(facts: dict[str, Any]) -> object:
    modules = max(1, round(facts["concepts"] / 5))
    return {
        "stages": [
            {
                "name": f"Stage {stage}",
                "description": WORDS,
                "modules": [
                    {"name": f"Module {module}", "description": WORDS, "concepts": 5}
                    for module in range(stage, modules + 1, 3)
                ],
            }
            for stage in range(1, min(3, modules) + 1)
        ]
    }


def _stage(facts: dict[str, Any]) -> object:
    names = [
        (module["number"], f"{module['name']}, idea {len(facts['existing']) + number}")
        for module in facts["modules"]
        for number in range(1, module["wanted"] + 1)
    ]
    return {
        "concepts": [
            {
                "module": module,
                "name": name,
                "description": WORDS,
                "hours": 2,
                "difficulty": "medium",
                "keywords": ["one", "two"],
                "requires": [names[place - 1][1]] if place else [],
            }
            for place, (module, name) in enumerate(names)
        ]
    }


def _tutorial(facts: dict[str, Any]) -> object:
    return {
        "summary": f"You can use {facts['concept']['name']}.",
        "sections": [{"heading": f"Part {n}", "markdown": f"{WORDS}\n\n```python\nprint({n})\n```"} for n in range(3)],
        "example": WORDS,
        "exercises": ["Do it once.", "Do it twice."],
        "mistakes": ["To leave it."],
    }


def a_question(kind: str, correct: Sequence[bool], about: str) -> dict[str, Any]:
    return {
        "type": kind,
        "prompt": f"What is true of {about}?",
        "options": [
            {"text": f"Statement {n} on {about}", "correct": right, "explanation": f"It is {right}, see part {n}."}
            for n, right in enumerate(correct)
        ],
        "explanation": "This is what the lesson is about.",
    }


def _quiz(facts: dict[str, Any]) -> object:
    name = facts["concept"]["name"]
    kinds = [("single", [True, False, False, False])] * 3
    kinds += [("multiple", [True, True, False, False]), ("true_false", [True, False])]
    return {"questions": [a_question(kind, correct, f"{name}, {n}") for n, (kind, correct) in enumerate(kinds)]}


def _resources(facts: dict[str, Any]) -> object:
    name = facts["concept"]["name"]
    return {
        "searches": [
            {"query": f"{name} {kind}", "type": kind, "language": "first" if n else "second"}
            for n, kind in enumerate(("documentation", "article", "video", "exercise"))
        ]
    }


GOOD: dict[str, Callable[[dict[str, Any]], object]] = {
    "title": lambda _: {
        "title": "A course",
        "abilities": [WORDS],
        "known": [],
        "gaps": [WORDS],
        "scope": WORDS,
    },
    "stages": _plan,
    "concepts": _stage,
    "summary": _tutorial,
    "questions": _quiz,
    "searches": _resources,
    "capital": lambda _: {"capital": "Paris", "letters": 5},
}

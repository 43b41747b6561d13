"""The object in what a model wrote is found however it is wrapped, and never taken from what breaks off."""

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agents.asking.parsing import MalformedReply, find_object

DOCUMENT = {
    "questions": [
        {"prompt": 'Which one is "it"?', "options": [{"text": "a } brace"}, {"text": "a ] bracket"}]},
        {"prompt": "C:\\temp\\", "options": []},
    ],
    "about": {"level": {"name": "beginner"}},
    "last": "the end",
}
"""Has complete objects inside, and every mark that could end it too early."""

NAMES = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)
PROSE = st.text(st.characters(exclude_characters="{}[]<>`", exclude_categories=["Cs"]), max_size=30)


def unreadable(text: str) -> bool:
    try:
        find_object(text)
    except MalformedReply:
        return True
    return False


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '  \n{"a": 1}\n',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}```',
        '```JSON5 {"a": 1} ```',
        'Here it is:\n\n```json\n{"a": 1}\n```\nIs it what you wanted?',
        'Of course, here\'s "it": {"a": 1} - done.',
        'Fill in {name} as follows: {"a": 1}',
        '```json\n{"a": 1}',
        '[{"a": 1}]',
    ],
)
def test_an_object_is_found_in_whatever_it_is_wrapped_in(text: str) -> None:
    assert find_object(text) == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        '<think>maybe {"b": 2, "longer": "than the answer"}</think>{"a": 1}',
        '<THINKING>{"b": 2, "longer": "than the answer"\n</THINKING>\n{"a": 1}',
        '<reasoning>one {</reasoning><think>two }</think>{"a": 1}',
        'maybe {"b": 2, "longer": "than the answer"}</think>{"a": 1}',
        'an open { and </think> {"a": 1}',
        'maybe {"b": 2, "longer": "than the answer"}<think>two</think>three</think>{"a": 1}',
        '<think>maybe {"b": 2, "longer": "than the answer"}<think>two</think>{"a": 1}',
        '{"a": 1}<think>or {"b": 2, "longer": "than the answer"}</think>',
    ],
)
def test_what_was_only_thought_is_no_answer(text: str) -> None:
    assert find_object(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", " \n", "<think>{</think>", '<think>{"a": 1}</think>', 'thought {"a": 1}</think>'])
def test_thoughts_alone_are_an_empty_answer(text: str) -> None:
    with pytest.raises(MalformedReply, match="empty"):
        find_object(text)


@pytest.mark.parametrize("text", ["Sorry, I cannot.", "[1, 2]", "null", '"{"', "}{", "{}", "Use {} here", '{"a": [1}}'])
def test_a_text_without_an_object_is_unreadable(text: str) -> None:
    with pytest.raises(MalformedReply, match="no complete JSON object"):
        find_object(text)


def test_of_several_objects_the_largest_is_the_answer() -> None:
    texts = ['{"a": 1}', '{"a": 1, "b": [1, 2, 3]}', "{'a': 1, 'b': 2,}"]
    for order in (texts, texts[::-1]):
        assert find_object("\nor rather\n".join(order)) == {"a": 1, "b": [1, 2, 3]}
    assert find_object('```json\n{"a": 1}\n```\n```json\n{"b": [2, 3]}\n```') == {"b": [2, 3]}


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('{"a": [1, 2,], "b": {"c": 3,},}', {"a": [1, 2], "b": {"c": 3}}),
        ("{'a': 'one', 'b': ['two']}", {"a": "one", "b": ["two"]}),
        ("{'a': 'a } in it', 'b': 'say \"hi'}", {"a": "a } in it", "b": 'say "hi'}),
        ("{'a': 'it's', 'b': 1}", {"a": "it's", "b": 1}),
        ('{"a": 1, // the first }\n "b": 2}', {"a": 1, "b": 2}),
        ('{"a": 1, /* the "first } */ "b": 2}', {"a": 1, "b": 2}),
        ('{"a": "see https://example.org/}", "b": 2,}', {"a": "see https://example.org/}", "b": 2}),
        ('{"a": "one\n\ttwo"}', {"a": "one\n\ttwo"}),
        ('{"a": "```json\n{\\"b\\": 1}\n```"}', {"a": '```json\n{"b": 1}\n```'}),
        ('{"a": "one\ntwo", "b": "it is "so" here",}', {"a": "one\ntwo", "b": 'it is "so" here'}),
        ("{a: 1, b: True, c: None}", {"a": 1, "b": True, "c": None}),
    ],
)
def test_slips_are_mended(text: str, mended: dict[str, Any]) -> None:
    assert find_object(text) == mended
    assert find_object(f"Here it is:\n```json\n{text}\n```\n") == mended


@pytest.mark.parametrize("wrapped", ["{}", "Here you are:\n{}", "```json\n{}", "<think>short</think>\n[\n{}"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_an_object_that_breaks_off_anywhere_is_unreadable(wrapped: str, indent: int | None, quote: str) -> None:
    text = json.dumps(DOCUMENT, indent=indent) if quote == '"' else repr(DOCUMENT)
    before = wrapped.removesuffix("{}")
    assert [cut for cut in range(len(text)) if not unreadable(before + text[:cut])] == []


def test_a_list_that_breaks_off_gives_none_of_its_objects() -> None:
    assert unreadable('[{"a": 1}, {"b": 2}')
    assert unreadable('Here:\n[\n  {"a": 1},\n  {"b":')
    assert find_object('[{"a": 1}, {"b": 22}]') == {"b": 22}


def test_a_string_that_breaks_off_does_not_end_at_a_bracket_in_it() -> None:
    assert unreadable('{"code": "if (x) { y }}')
    assert unreadable("{'code': 'if (x) { y }}")


@given(value=OBJECTS, before=PROSE, after=PROSE, ascii=st.booleans(), indent=st.sampled_from([None, 2]))
def test_an_object_in_prose_is_found_exactly(
    value: dict[str, Any], before: str, after: str, ascii: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert find_object(before + text + after) == value
    assert find_object(f"{before}\n```json\n{text}\n```\n{after}") == value


@given(value=OBJECTS, data=st.data())
def test_a_broken_off_object_is_never_taken_for_a_whole_one(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    assert unreadable(text[: data.draw(st.integers(0, len(text) - 1))])


@st.composite
def mangled(draw: st.DrawFn) -> str:
    text = json.dumps(draw(OBJECTS), ensure_ascii=draw(st.booleans()))
    marks = st.sampled_from(
        [*"{}[]\"'\\:,/*#`<>() \n\x00\ud800", "<think>", "</think>", "```", "//", "/*", "NaN", "1e999"]
    )
    for _ in range(draw(st.integers(0, 6))):
        place, other = draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["delete", "insert", "replace", "swap"])):
            case "delete":
                text = text[:place] + text[place + 1 :]
            case "insert":
                text = text[:place] + draw(marks) + text[place:]
            case "replace":
                text = text[:place] + draw(marks) + text[place + 1 :]
            case "swap":
                start, end = sorted((place, other))
                text = text[end:] + text[start:end] + text[:start]
    wrapped = draw(st.sampled_from(["{}", "Here: {}", "```json\n{}\n```", "<think>x</think>{}", "{} and {{}}"]))
    return wrapped.replace("{}", text)


@settings(deadline=None, max_examples=200)
@given(mangled())
def test_mangled_json_gives_an_object_or_is_unreadable(text: str) -> None:
    try:
        found = find_object(text)
    except MalformedReply:
        return
    assert isinstance(found, dict)
    assert found


LONG = 20_000
LIMIT = 20.0
"""Processor seconds: far more than it takes on a slow machine, far less than without limits (minutes to hours)."""


@pytest.mark.parametrize(
    "text",
    [
        "{" * LONG,
        "[" * LONG,
        "[{" * LONG,
        '{"a":' * LONG,
        '{"a":' * LONG + "1" + "}" * LONG,
        "{'a':" * LONG + "1" + "}" * LONG,
        "{" * LONG + "}" * LONG,
        "{}" * LONG,
        "{'a':1,}" * (LONG // 50),
        '{"' * LONG + "}",
        "{'" * LONG + "}",
        "{'" + "a:" * LONG + "'}",
        "{'" + "]{" * LONG + "'}",
        '{"' + '\\"' * LONG,
        "{ " + " /*" * LONG,
        "<think>" * LONG,
        "```" * LONG,
        "x<think></think>" * LONG,
    ],
    ids=lambda text: f"{text[:12]}...{text[-3:]}",
)
def test_nonsense_takes_no_time(text: str) -> None:
    start = time.process_time()
    unreadable(text)
    assert time.process_time() - start < LIMIT


@pytest.mark.parametrize("opening", ['{"a":', "{'a':", '{"a":[', "{"])
def test_no_depth_is_too_much_for_the_stack(opening: str) -> None:
    closing = opening.translate({ord("{"): "}", ord("["): "]"}).replace('"a":', "").replace("'a':", "")[::-1]
    for depth in [*range(90, 110), *range(500, 1100)]:
        assert unreadable(opening * depth + "1" + closing * depth) == (depth * len(closing) > 100 or opening == "{")


def test_a_long_answer_with_many_slips_is_mended_all_the_same() -> None:
    dice = random.Random(7)
    words = ["the", 'a "quoted" word', "it's", "{name}", "print(x)", "[0]", "\n"]
    lines = [" ".join(dice.choices(words, k=30)) for _ in range(100)]
    text = "{" + ",\n".join(f'"line {n}": "{line}"' for n, line in enumerate(lines)) + ",}"
    assert set(find_object(text)) == {f"line {n}" for n in range(100)}

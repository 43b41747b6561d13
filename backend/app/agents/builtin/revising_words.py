"""The wishes that the built-in author understands, as patterns in English and Chinese, and what it answers."""

import re
from dataclasses import dataclass
from string import Template
from typing import Literal

from app.agents.builtin.general_texts import GeneralLanguage

Kind = Literal["rename", "remove", "more_about", "fewer", "more", "easier", "harder", "add"]

_QUOTES = "\"'“”‘’「」『』«»"
_NAME = rf"[{_QUOTES}]?(?P<name>.+?)[{_QUOTES}]?"
_OTHER = rf"[{_QUOTES}]?(?P<other>.+?)[{_QUOTES}]?"
_COUNT = r"(?P<count>\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|some|a few|a couple of)"
_THINGS = r"(?:concepts?|lessons?|topics?)"
_ZH_COUNT = r"(?P<count>\d{1,3}|[一二两三四五六七八九十几])"

# The first pattern that fits the whole wish decides.
_PATTERNS: dict[GeneralLanguage, list[tuple[Kind, str]]] = {
    "en": [
        ("rename", rf"(?:rename|call) (?:the )?(?:concept |module |stage )?{_NAME} (?:to|as|into) {_OTHER}"),
        ("more_about", rf"(?:add )?(?:{_COUNT} )?more (?:{_THINGS} )?(?:about|on) {_NAME}"),
        ("more_about", rf"add {_COUNT} {_THINGS} (?:about|on) {_NAME}"),
        ("easier", rf"(?:make )?(?:(?:it|all|everything|the course)|{_NAME}) (?:a bit |a little )?(?:easier|simpler)"),
        (
            "harder",
            rf"(?:make )?(?:(?:it|all|everything|the course)|{_NAME}) (?:a bit |a little )?(?:harder|more difficult)",
        ),
        ("easier", r"(?:a bit |a little )?(?:easier|simpler)"),
        ("harder", r"(?:a bit |a little )?(?:harder|more difficult)"),
        ("fewer", rf"(?:{_COUNT} )?(?:fewer|less)(?: {_THINGS})?|(?:make it )?shorter"),
        ("more", rf"(?:add )?(?:{_COUNT} )?more(?: {_THINGS})?|(?:make it )?longer"),
        ("remove", rf"(?:remove|delete|drop|skip|without|leave out) (?:the )?(?:concept |module |stage )?{_NAME}"),
        (
            "add",
            rf"add (?:(?:a|an|the) )?(?:{_THINGS} )?(?:about |on |called |named )?{_NAME}"
            rf"(?: (?:to|in|into) (?:the )?(?:module |stage )?{_OTHER})?",
        ),
    ],
    "zh": [
        ("rename", rf"(?:请)?(?:把|将){_NAME}(?:改名为|重命名为|改为|改成){_OTHER}"),
        (
            "more_about",
            rf"(?:再)?(?:加|添加|增加|多|多加)(?:{_ZH_COUNT}个)?(?:更多)?关于{_NAME}(?:的(?:概念|内容|课程?|知识))?",
        ),
        ("fewer", rf"(?:少|减少|删掉)(?:{_ZH_COUNT}个)?(?:概念|一点|一些)?|短一点|短一些"),
        ("more", rf"(?:再)?(?:多|增加|添加|加)(?:{_ZH_COUNT}个|更多|一些|一点)(?:概念)?|更多概念|长一点"),
        ("easier", rf"(?:(?:把|让)?{_NAME}(?:变得|改得)?)?(?:更)?(?:简单|容易)(?:一)?(?:些|点)?"),
        ("harder", rf"(?:(?:把|让)?{_NAME}(?:变得|改得)?)?(?:更)?难(?:一)?(?:些|点)?"),
        ("remove", rf"(?:删除|删去|去掉|移除|不要){_NAME}"),
        ("add", rf"(?:添加|增加|加上|加)(?:一个)?(?:关于)?{_NAME}(?:的概念)?(?:到{_OTHER})?"),
    ],
}
_WISHES = {
    language: [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns]
    for language, patterns in _PATTERNS.items()
}
_ENGLISH_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {"a": 1, "an": 1, "a couple of": 2, "a few": 3, "some": 3, "两": 2, "几": 3}
_NUMBERS |= {word: value for value, word in enumerate(_ENGLISH_NUMBERS, start=1)}
_NUMBERS |= {digit: value for value, digit in enumerate("一二三四五六七八九十", start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`name` is what it is about, `other` the new name or the place; None where the learner has not said."""

    kind: Kind
    text: str
    name: str | None = None
    other: str | None = None
    count: int | None = None


def wishes_in(feedback: str, language: GeneralLanguage) -> list[Wish | str]:
    """What the learner wishes, sentence by sentence; a sentence that is not understood stays as it is."""
    sentences = re.split(r"[\n;；。！？]+|[.!?](?:\s+|$)", feedback)
    return [_wish(text, language) for sentence in sentences if (text := _plain(sentence))]


def _plain(sentence: str) -> str:
    text = " ".join(sentence.split()).strip(" ,，!！?？.")
    return re.sub(r"^(?:please|请|and|then|also)\s*,?\s*|,?\s*please$", "", text, flags=re.IGNORECASE)


def _wish(text: str, language: GeneralLanguage) -> Wish | str:
    for kind, pattern in [*_WISHES[language], *_WISHES["en"]]:
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            count = (groups.get("count") or "").casefold()
            return Wish(
                kind=kind,
                text=text,
                name=groups.get("name"),
                other=groups.get("other"),
                count=_NUMBERS.get(count, int(count) if count.isdecimal() else None),
            )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What the built-in author says; `$` marks what is filled in."""

    understands: str
    unclear: str
    unknown: str
    ambiguous: str
    taken: str
    too_long: str
    too_few: str
    no_more: str
    too_much: str
    added: str
    removed: str
    renamed: str
    easier: str
    harder: str
    about: str
    facets: tuple[str, ...]
    stop: str
    separator: str

    def say(self, sentence: str, **values: str) -> str:
        return Template(sentence).safe_substitute(values)


SENTENCES: dict[GeneralLanguage, Sentences] = {
    "en": Sentences(
        understands=(
            "the built-in author understands: add “…”, two more about …, remove “…”, rename “…” to “…”, "
            "more or fewer concepts, easier or harder."
        ),
        unclear="“$text” was not understood; ",
        unknown="there is no “$name” in the outline.",
        ambiguous="“$name” could be $names; please give the full name.",
        taken="there is already a concept named “$name”.",
        too_long="“$name” is too long for a name, which may have at most $most characters.",
        too_few="an outline needs at least $count concepts.",
        no_more="the built-in author has nothing to add here; say what you want more of.",
        too_much="that changes more than $count things at once; name a stage or a module.",
        added="Added: $names.",
        removed="Removed: $names.",
        renamed="“$name” is now “$other”.",
        easier="Easier: $names.",
        harder="Harder: $names.",
        about="What matters about $topic, as you asked for it.",
        facets=(
            "basics",
            "in practice",
            "common mistakes",
            "worked examples",
            "in depth",
            "tools",
            "a small project",
            "review",
            "questions",
            "next steps",
        ),
        stop=": ",
        separator=", ",
    ),
    "zh": Sentences(
        understands="内置作者能理解：添加“……”、再加两个关于……的概念、删除“……”、把“……”改名为“……”、多一些或少一些概念、简单一些或难一些。",
        unclear="未能理解“$text”。",
        unknown="大纲中没有“$name”。",
        ambiguous="“$name”可能是$names；请写出完整的名称。",
        taken="已经有名为“$name”的概念。",
        too_long="“$name”过长，不能用作名称：最多 $most 个字符。",
        too_few="大纲至少要有 $count 个概念。",
        no_more="内置作者不知道还能加什么；请说明想多学什么。",
        too_much="一次改动超过 $count 处；请指定一个阶段或模块。",
        added="已添加：$names。",
        removed="已删除：$names。",
        renamed="“$name”已改名为“$other”。",
        easier="已调得更简单：$names。",
        harder="已调得更难：$names。",
        about="按你的要求：关于$topic的要点。",
        facets=("基础", "实践", "常见错误", "例题", "深入", "工具", "小项目", "复习", "问题", "下一步"),
        stop=":",
        separator="、",
    ),
}

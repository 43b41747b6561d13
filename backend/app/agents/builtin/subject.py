"""Finds what a goal is about: "I want to learn how to bake bread so that I can …" is about "bake bread"."""

import re

from app.domain.text import first_line, shortened

_LONGEST = 60

_LEAD_INS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(please|hello|hi|hey)\b[\s,!]*",
        r"(my goal is|i'm going|i am going|i'm trying|i am trying|i'm here|i am here)\s+to\s+",
        r"i(\s+(really|just|also|always|finally))*(\s+have)?\s+(want|wanted|need|wish|hope|plan|like|love|intend)"
        r"\s+to\s+",
        r"(i'd|i would|we'd|we would)(\s+really)?\s+(like|love)\s+to\s+",
        r"we\s+(want|need)\s+to\s+",
        r"(can|could|would)\s+you\s+(please\s+)?",
        r"(help|teach|show)\s+(me|us)(\s+(how\s+to|to|about))?\s+",
        r"(be able to|get to know|get into|get started with|start with|start|begin)\s+",
        r"(get|become|be|getting|becoming)\s+(better|good|fluent|proficient|competent|confident)\s+(at|in|with)\s+",
        r"(learn|learning|study|studying|understand|understanding|master|mastering|explore|exploring)"
        r"(\s+(more|everything|all|something))?(\s+(about|how\s+to|to))?\s+",
        r"(improve|improving)\s+(my|our)\s+",
        r"how\s+(to|do\s+i|can\s+i|do\s+you)\s+",
        r"(know|knowing)(\s+more)?\s+(about|how\s+to)\s+",
        r"((an?|the)\s+)?(introduction|intro)\s+to\s+",
        r"(the\s+)?(basics|fundamentals|foundations)\s+of\s+",
        r"(请|麻烦)(你|您)?",
        r"(帮我|帮助我|教我|教教我|教会我|让我|告诉我)",
        r"(我|我们)(现在|真的|一直|很|非常|也)?(想要|想|希望|打算|需要|要|准备|计划)(能够|能|可以)?(开始)?",
        r"(想要|打算|希望|准备)(能够|能|可以)?",
        r"(从零开始|零基础|从头|系统地|系统|快速|好好)(?=学)",
        r"(学习|学会|自学)(?!方法|理论|心理|科学|能力|策略|障碍)(一下|一些|一点)?",
        r"(掌握|了解|弄懂|搞懂|精通)(一下|一些)?",
        r"学(?!术|校|生|科|者|历|位|前|年|费|分|堂|徒|派|问|识|习)",
        r"(怎么样|怎样|怎么|如何)(去|才能)?",
    )
)

_TAILS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<=\S)[.!?;](\s.*)?$",
        r"[。！？；].*$",
        r",?\s+(so\s+that|so\s+(i|we)\b|in\s+order\s+to|because|to\s+be\s+able\s+to|such\s+that)\b.*$",
        r",?\s+(within|in)\s+(\d+|an?|one|two|three|four|five|six)\s+(day|week|month|year)s?\b.*$",
        r",?\s+(from\s+(scratch|zero|the\s+(start|beginning|ground\s+up))|step\s+by\s+step|properly|please)$",
        r",?\s+(as|for)\s+an?\s+((complete|absolute|total)\s+)?beginner$",
        r",?\s+for\s+((complete|absolute|total)\s+)?beginners$",
        r"，?(以便|为了|从而|好让|这样我|这样就).*$",
        r"，.*$",
        r"(从零开始|的?基础知识)$",
    )
)


def subject_of(goal: str) -> str:
    """The subject in the learner's own words, at most 60 characters; the goal itself if nothing else is left. Of a goal
    of several lines the first one says it."""
    goal = first_line(goal)
    subject = goal
    for tail in _TAILS:
        subject = tail.sub("", subject).strip() or subject
    while (shorter := _without_lead_in(subject)) != subject:
        subject = shorter
    return shortened(subject.strip(" \"'“”‘’「」《》,.，。:：-") or goal, _LONGEST)


def _without_lead_in(text: str) -> str:
    for lead_in in _LEAD_INS:
        if (match := lead_in.match(text)) and (rest := text[match.end() :].strip()):
            return rest
    return text

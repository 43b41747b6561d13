"""Writes study guides."""

from typing import assert_never

from app.agents.builtin.curriculum import primary_language, written_language
from app.agents.builtin.study import Study
from app.agents.builtin.templates import fill
from app.agents.builtin.wording import TutorialWording
from app.domain.content.kinds.tutorial import Section, Tutorial

_NAMES_SHOWN = 6


def write_tutorial(study: Study) -> Tutorial:
    concept, words = study.concept, study.wording.tutorial
    what = concept.explanation
    description = study.brief.concept.description
    if concept.origin != "own" and description and description != concept.definition:
        what += "\n\n" + fill(words.your_description, description=description)
    return Tutorial(
        summary=concept.definition,
        sections=(
            Section(heading=words.what, markdown=what),
            Section(heading=words.points, markdown=_bullets(concept.key_points)),
            Section(heading=words.connections, markdown=_connections(study, words)),
            Section(heading=words.plan, markdown=_plan(study, words)),
            Section(heading=words.guide, markdown=_about_this_guide(study, words)),
        ),
        example=concept.example,
        exercises=concept.exercises,
        mistakes=concept.mistakes,
    )


def _connections(study: Study, words: TutorialWording) -> str:
    concept = study.brief.concept
    needed = set(concept.prerequisites)
    before, after = [], []
    for other in study.brief.outline.concepts:
        if other.concept_id in needed:
            before.append(other.name)
        if concept.concept_id in other.prerequisites:
            after.append(other.name)
    sentences = (
        fill(words.place, module=study.brief.module_name, stage=study.brief.stage_name),
        fill(words.needs, names=_names(before, words)) if before else words.needs_nothing,
        fill(words.leads_to, names=_names(after, words)) if after else words.leads_to_nothing,
    )
    return "\n\n".join(sentences)


def _names(names: list[str], words: TutorialWording) -> str:
    shown = words.separator.join(fill(words.quoted, name=name) for name in names[:_NAMES_SHOWN])
    rest = len(names) - _NAMES_SHOWN
    return shown + (fill(words.more, count=str(rest)) if rest > 0 else "")


def _plan(study: Study, words: TutorialWording) -> str:
    """The estimated hours, divided among the steps of studying, and what they mean in the learner's week."""
    hours = study.brief.concept.estimated_hours
    weeks = hours / study.brief.request.hours_per_week
    if weeks > 1:
        total = fill(words.total_in_weeks, weeks=f"{weeks:.1f}".removesuffix(".0"))
    else:
        total = fill(words.total_in_week, percent=str(max(1, round(100 * weeks))))
    pace = {"per_week": str(study.brief.request.hours_per_week), "time": _duration(hours, words)}
    paragraphs = [
        fill(words.total, **pace) + fill(total, **pace),
        "\n".join(
            f"{number}. " + fill(words.step, time=_duration(hours * step.share, words), text=step.text)
            for number, step in enumerate(words.steps, start=1)
        ),
    ]
    paragraphs += _advice(study, words)
    return "\n\n".join(paragraphs)


def _duration(hours: float, words: TutorialWording) -> str:
    if hours < 1:
        return fill(words.minutes, count=str(max(5, 5 * round(hours * 12))))
    return fill(words.hours, count=f"{round(4 * hours) / 4:g}")


def _advice(study: Study, words: TutorialWording) -> list[str]:
    advice = []
    for preference in study.brief.request.content_preference:
        match preference:
            case "visual":
                advice.append(words.visual)
            case "text":
                advice.append(words.text)
            case "audio":
                advice.append(words.audio)
            case "hands_on":
                advice.append(words.hands_on)
            case _:
                assert_never(preference)
    return advice


def _about_this_guide(study: Study, words: TutorialWording) -> str:
    match study.concept.origin:
        case "curated":
            about = words.about_curated
        case "general":
            about = words.about_general
        case "own":
            about = words.about_own
        case _:
            assert_never(study.concept.origin)
    sentences = [fill(about, topic=study.curriculum.topic, name=study.concept.name)]
    language = study.brief.request.language
    if primary_language(language) != written_language(language):
        sentences.append(fill(words.other_language, language=language))
    return "\n\n".join(sentences)


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)

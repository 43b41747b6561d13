"""How states are called, and with which sign and colour they are shown."""

import unicodedata
from dataclasses import dataclass
from typing import Protocol

from app.domain.content.concept_state import ConceptState
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.failure_sentences import Details
from app.domain.failures import in_english
from app.domain.tasks import Progress, RoadmapStatus


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """Never the colour alone: sign and word say the same."""

    sign: str
    ascii_sign: str
    style: str


LOOKS = {
    ContentStatus.PENDING: StatusStyle("·", ".", "dim"),
    ContentStatus.GENERATING: StatusStyle("▸", ">", "cyan"),
    ContentStatus.COMPLETED: StatusStyle("✓", "+", "green"),
    ContentStatus.PARTIAL: StatusStyle("!", "!", "yellow"),
    ContentStatus.FAILED: StatusStyle("✗", "x", "red"),
}

ROADMAP_WORDS = {
    RoadmapStatus.DRAFTING: "being drafted",
    RoadmapStatus.AWAITING_REVIEW: "awaiting review",
    RoadmapStatus.GENERATING: "being written",
    RoadmapStatus.PAUSED: "paused",
    RoadmapStatus.COMPLETED: "completed",
    RoadmapStatus.PARTIAL: "partly completed",
    RoadmapStatus.FAILED: "failed",
    RoadmapStatus.CANCELLED: "cancelled",
}


def concept_word(concept: ConceptState) -> str:
    """One of: waiting, writing, ready, what is missing, failed."""
    match concept.status:
        case ContentStatus.PENDING:
            return "waiting"
        case ContentStatus.GENERATING:
            return "writing"
        case ContentStatus.COMPLETED:
            return "ready"
        case ContentStatus.PARTIAL:
            return f"{' and '.join(concept.having(ArtefactStatus.FAILED))} missing"
        case ContentStatus.FAILED:
            return "failed"


def counts(progress: Progress) -> str:
    """Like `20 of 33 ready, 1 failed, 5 being written`; what there is none of is left out."""
    parts = [
        (progress.partial, "incomplete"),
        (progress.failed, "failed"),
        (progress.generating, "being written"),
    ]
    ready = f"{progress.completed} of {progress.total} ready"
    return ", ".join([ready, *(f"{number} {word}" for number, word in parts if number)])


def duration(seconds: float) -> str:
    """Like `1:05`, or `1:00:05` from an hour on."""
    minutes, second = divmod(max(0, round(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def author_name(author: str) -> str:
    """`the built-in author`, or the model's name without its provider: `gpt-5`."""
    provider, _, model = author.partition(":")
    return "the built-in author" if provider == "builtin" else one_line(model or author)


class Explained(Protocol):
    """A failure, as events and the API show it."""

    @property
    def code(self) -> str: ...

    @property
    def message(self) -> str: ...

    @property
    def details(self) -> Details: ...


def reason_of(failed: Explained) -> str:
    """Why something failed, in English whatever the roadmap's language is."""
    return one_line(in_english(failed.code, failed.message, failed.details))


def one_line(text: str) -> str:
    """The text without control characters: what an author wrote must not steer the terminal."""
    return " ".join(_harmless(text, keep="").split())


def many_lines(text: str) -> str:
    """As `one_line`, with its lines and their indentation."""
    return _harmless("\n".join(text.splitlines()), keep="\n\t")


def _harmless(text: str, *, keep: str) -> str:
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} and c not in keep else c for c in text)

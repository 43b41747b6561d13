"""The rows of the tree, as many as there is room for: those around what is being written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.cli.watching.state import ShownModule, WatchedRoadmap, progress_of
from app.cli.watching.words import concept_word
from app.domain.content.status import ContentStatus
from app.domain.tasks import Progress, RoadmapStatus

_CONCEPT_LEVEL = 2
_SMALLEST_WINDOW = 4
_CONTEXT = 2
"""Rows above the first concept that is being written, at least: the mark of what is left out, and one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line. `lasts` says for each level above whether its branch ends here: the lines of the tree follow from it.

    `status` is None for stages and for what stands in place of rows that have no room.
    """

    lasts: tuple[bool, ...]
    name: str
    word: str
    status: ContentStatus | None = None


def tree_rows(state: WatchedRoadmap, height: int) -> list[Row]:
    """At most `height` rows. When not all have room, modules of which nothing is going on take one row each."""
    rows = list(_rows(state, is_open=lambda _: True))
    if len(rows) > height:
        rows = list(_rows(state, is_open=lambda module: _is_going_on(state, module)))
    return _around_writing(rows, height) if len(rows) > height else rows


def _rows(state: WatchedRoadmap, *, is_open: Callable[[ShownModule], bool]) -> Iterator[Row]:
    for stage in state.stages:
        yield Row(lasts=(), name=stage.name, word=_ready(_progress(state, stage.modules)))
        for module_index, module in enumerate(stage.modules, start=1):
            module_last = module_index == len(stage.modules)
            progress = _progress(state, [module])
            yield Row(lasts=(module_last,), name=module.name, word=_ready(progress), status=_status(progress))
            if is_open(module):
                for index, shown in enumerate(module.concepts, start=1):
                    concept = state.concepts[shown.concept_id]
                    yield Row(
                        lasts=(module_last, index == len(module.concepts)),
                        name=shown.name,
                        word=concept_word(concept),
                        status=concept.status,
                    )


def _progress(state: WatchedRoadmap, modules: Iterable[ShownModule]) -> Progress:
    return progress_of(state.concepts[concept.concept_id] for module in modules for concept in module.concepts)


def _is_going_on(state: WatchedRoadmap, module: ShownModule) -> bool:
    """Begun and not finished; when all has ended, what is not ready is of interest."""
    progress = _progress(state, [module])
    if state.status in {RoadmapStatus.PARTIAL, RoadmapStatus.FAILED}:
        return 0 < progress.completed < progress.total or progress.partial > 0
    return progress.generating > 0 or 0 < progress.pending < progress.total


def _ready(progress: Progress) -> str:
    failed = progress.partial + progress.failed
    return f"{progress.completed} of {progress.total} ready" + (f", {failed} incomplete" if failed else "")


def _status(progress: Progress) -> ContentStatus:
    """How a module as a whole is shown."""
    if progress.generating:
        return ContentStatus.GENERATING
    if progress.pending:
        return ContentStatus.PENDING
    if progress.completed == progress.total:
        return ContentStatus.COMPLETED
    return ContentStatus.FAILED if progress.failed == progress.total else ContentStatus.PARTIAL


def _concepts_that_are(rows: list[Row], status: ContentStatus) -> list[int]:
    return [index for index, row in enumerate(rows) if row.status == status and len(row.lasts) == _CONCEPT_LEVEL]


def _around_writing(rows: list[Row], height: int) -> list[Row]:
    """A window on the rows; its first and last row say how many have no room above and below."""
    if height < _SMALLEST_WINDOW:
        return rows[: max(0, height)]
    writing = _concepts_that_are(rows, ContentStatus.GENERATING)
    if not writing:
        writing = _concepts_that_are(rows, ContentStatus.PENDING)[:1] or [0]
    span = writing[-1] - writing[0] + 1
    # What is being written stands in the middle, or from the top where it alone is more than has room.
    start = writing[0] - max(_CONTEXT, (height - span) // 2)
    start = min(max(0, start), len(rows) - height)
    shown = rows[start : start + height]
    if start > 0:
        shown[0] = _left_out(start + 1, "above")
    if (below := len(rows) - start - height) > 0:
        shown[-1] = _left_out(below + 1, "below")
    return shown


def _left_out(number: int, where: str) -> Row:
    return Row(lasts=(), name=f"({number} lines {where})", word="")

"""`greenway revise`, `rename`, `remove`, `add`, `undo`, `redo`: the outline, by words or piece by piece."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.api_client import ApiClient, RequestRefused
from app.cli.asking import ConceptArgument, ask_about, find_concept
from app.cli.choosing import Candidate, choose
from app.cli.roadmap_ids import RoadmapArgument
from app.cli.watching.words import one_line, reason_of
from app.core.errors import GreenwayError
from app.domain.outline_diff import OutlineChange
from app.domain.tasks import TaskStatus
from app.reading.views import Accepted, RevisionView, RoadmapView

LOOK_EVERY = 0.3
"""Seconds between two looks at whether the author has answered."""
NewName = Annotated[str, typer.Argument(metavar="NAME", help="The new name.")]
ConceptName = Annotated[str, typer.Argument(metavar="NAME", help="The concept's name.")]


class OutlineTimeout(GreenwayError):
    code = "too_slow"


def revise(
    roadmap: RoadmapArgument,
    feedback: Annotated[str, typer.Argument(metavar="FEEDBACK", help="What to change, in your own words.")],
    timeout: Annotated[int, typer.Option(min=1, help="Seconds to wait for the author.")] = 300,
) -> None:
    """Ask the author to change the outline, and show what changed."""

    async def work(api: ApiClient, roadmap_id: UUID) -> RevisionView:
        accepted = await api.post(roadmap_id, "revise", Accepted, {"feedback": feedback})
        await _until_revised(api, accepted.task_id, timeout)
        return await _current(api, await api.read(roadmap_id))

    revision = ask_about(roadmap, work)
    if revision.note:
        typer.echo(one_line(revision.note))
    _tell(revision.changes)


def rename(roadmap: RoadmapArgument, concept: ConceptArgument, name: NewName) -> None:
    """Rename a concept."""
    _edit(roadmap, concept, {"op": "rename", "name": name})


def remove(roadmap: RoadmapArgument, concept: ConceptArgument) -> None:
    """Remove a concept from the outline. Its content is kept, and `undo` restores it."""
    _edit(roadmap, concept, {"op": "remove"})


def add(
    roadmap: RoadmapArgument,
    name: ConceptName,
    module: Annotated[str, typer.Option(help="The module's id or name, or the beginning of either if unique.")],
    description: Annotated[str, typer.Option(help="What the concept is about.")] = "",
    hours: Annotated[float, typer.Option(min=0.1, max=1000, help="How many hours it takes to learn.")] = 1.0,
) -> None:
    """Add a concept at the end of a module."""

    async def work(api: ApiClient, roadmap_id: UUID) -> RevisionView:
        read = await api.read(roadmap_id)
        modules = [Candidate(id=one.module_id, name=one.name) for stage in read.stages for one in stage.modules]
        found = choose("module", module, modules)
        new = {"op": "add_concept", "module_id": found.id, "name": name, "description": description}
        return await _current(api, await api.edit(read, new | {"estimated_hours": hours}))

    _tell(ask_about(roadmap, work).changes)


def undo(roadmap: RoadmapArgument) -> None:
    """Undo the last edit of the outline."""
    _step(roadmap, "undo")


def redo(roadmap: RoadmapArgument) -> None:
    """Redo the last undone edit."""
    _step(roadmap, "redo")


def _edit(roadmap: str, wanted: str, operation: Mapping[str, Any]) -> None:
    async def work(api: ApiClient, roadmap_id: UUID) -> RevisionView:
        read = await api.read(roadmap_id)
        concept = find_concept(read, wanted)
        edited = await api.edit(read, {**operation, "target": "concept", "id": concept.concept_id})
        return await _current(api, edited)

    _tell(ask_about(roadmap, work).changes)


def _step(roadmap: str, command: str) -> None:
    edited = ask_about(roadmap, lambda api, roadmap_id: api.post(roadmap_id, f"outline/{command}", RoadmapView))
    number = edited.progress.total
    concepts = "1 concept" if number == 1 else f"{number} concepts"
    typer.echo(f"The outline is now revision {edited.revision}, with {concepts}.")


async def _current(api: ApiClient, roadmap: RoadmapView) -> RevisionView:
    return await api.get(roadmap.roadmap_id, f"revisions/{roadmap.revision}", RevisionView)


async def _until_revised(api: ApiClient, task_id: UUID, timeout: int) -> None:
    try:
        async with asyncio.timeout(timeout):
            while (task := await api.task(task_id)).status.is_active:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise OutlineTimeout(
            f"The author did not answer within {timeout} seconds; `greenway watch` shows when it does."
        ) from None
    if task.status != TaskStatus.COMPLETED:
        raise RequestRefused(reason_of(task.error) if task.error else f"The revision was {task.status}.")


def _tell(changes: list[OutlineChange]) -> None:
    for change in changes:
        typer.echo(_line(change))


_SIGNS = {"added": "+", "removed": "-", "renamed": "~", "moved": "~", "changed": "~"}


def _line(change: OutlineChange) -> str:
    before, after = change.before or {}, change.after or {}
    details = "; ".join(f"{name}: {_text(before[name])} → {_text(after[name])}" for name in before if name in after)
    line = f"{_SIGNS[change.change]} {change.change} {change.target}: {change.name}"
    return one_line(f"{line} ({details})" if details else line)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value) or "none"

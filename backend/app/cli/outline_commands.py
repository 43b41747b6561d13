"""`greenway revise`, `rename`, `remove`, `add`, `undo`, `redo`: the outline, by words or piece by piece."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.api_client import ApiClient, Refused
from app.cli.asking import ConceptArgument, RoadmapArgument, ask, find_concept
from app.cli.watching.words import one_line
from app.core.errors import GreenwayError, InvalidInput
from app.domain.outline_diff import OutlineChange
from app.domain.tasks import TaskStatus
from app.services.views import Accepted, RevisionView, RoadmapView

LOOK_EVERY = 0.3
"""Seconds between two looks at whether the author has answered."""
Name = Annotated[str, typer.Argument(metavar="NAME", help="The new name.")]


class TooSlow(GreenwayError):
    code = "too_slow"


def revise(
    roadmap_id: RoadmapArgument,
    feedback: Annotated[str, typer.Argument(metavar="FEEDBACK", help="What to change, in your words.")],
    timeout: Annotated[int, typer.Option(min=1, help="Seconds to wait for the author.")] = 300,
) -> None:
    """Have the author change the outline, and show what has changed."""

    async def work(api: ApiClient) -> RevisionView:
        accepted = await api.post(roadmap_id, "revise", Accepted, {"feedback": feedback})
        await _until_revised(api, accepted.task_id, timeout)
        return await _current(api, await api.read(roadmap_id))

    revision = ask(work)
    if revision.note:
        typer.echo(one_line(revision.note))
    _tell(revision.changes)


def rename(roadmap_id: RoadmapArgument, concept: ConceptArgument, name: Name) -> None:
    """Give a concept another name."""
    _edit(roadmap_id, concept, {"op": "rename", "name": name})


def remove(roadmap_id: RoadmapArgument, concept: ConceptArgument) -> None:
    """Take a concept out of the outline; its content is kept, and comes back with `undo`."""
    _edit(roadmap_id, concept, {"op": "remove"})


def add(
    roadmap_id: RoadmapArgument,
    name: Name,
    module: Annotated[str, typer.Option(help="The module's id, or its name.")],
    description: Annotated[str, typer.Option(help="What it is about.")] = "",
    hours: Annotated[float, typer.Option(min=0.1, max=1000, help="Hours to learn it.")] = 1.0,
) -> None:
    """Add a concept at the end of a module."""

    async def work(api: ApiClient) -> RevisionView:
        roadmap = await api.read(roadmap_id)
        modules = [one for stage in roadmap.stages for one in stage.modules]
        found = [one for one in modules if module in (one.module_id, one.name)]
        if len(found) != 1:
            raise InvalidInput(f"There is no single module {one_line(module)!r}; `greenway show` lists their ids.")
        new = {"op": "add_concept", "module_id": found[0].module_id, "name": name, "description": description}
        return await _current(api, await api.edit(roadmap, new | {"estimated_hours": hours}))

    _tell(ask(work).changes)


def undo(roadmap_id: RoadmapArgument) -> None:
    """Take back the last edit."""
    _step(roadmap_id, "undo")


def redo(roadmap_id: RoadmapArgument) -> None:
    """Take back the last undo."""
    _step(roadmap_id, "redo")


def _edit(roadmap_id: UUID, wanted: str, operation: Mapping[str, Any]) -> None:
    async def work(api: ApiClient) -> RevisionView:
        roadmap = await api.read(roadmap_id)
        concept = find_concept(roadmap, wanted)
        edited = await api.edit(roadmap, {**operation, "target": "concept", "id": concept.concept_id})
        return await _current(api, edited)

    _tell(ask(work).changes)


def _step(roadmap_id: UUID, command: str) -> None:
    roadmap = ask(lambda api: api.post(roadmap_id, f"outline/{command}", RoadmapView))
    typer.echo(f"The outline is now revision {roadmap.revision}, with {roadmap.progress.total} concepts.")


async def _current(api: ApiClient, roadmap: RoadmapView) -> RevisionView:
    return await api.get(roadmap.roadmap_id, f"revisions/{roadmap.revision}", RevisionView)


async def _until_revised(api: ApiClient, task_id: UUID, timeout: int) -> None:
    try:
        async with asyncio.timeout(timeout):
            while (task := await api.task(task_id)).status.is_active:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise TooSlow(f"The author has not answered within {timeout} seconds; `greenway watch` shows when.") from None
    if task.status != TaskStatus.COMPLETED:
        raise Refused(one_line(task.error.message) if task.error else f"The revision was {task.status}.")


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

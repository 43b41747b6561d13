"""What has changed from one outline to another, part by part."""

from difflib import SequenceMatcher
from typing import Any, Literal

from typing_extensions import TypeAliasType

from app.domain.base import FrozenModel
from app.domain.outline_operations import Target
from app.domain.roadmap import Concept, Module, Outline, Stage

Fields = TypeAliasType("Fields", dict[str, Any])
"""Fields of a part of an outline, with their values."""


class OutlineChange(FrozenModel):
    """`before` and `after` hold the fields that differ; a part that has moved names the old and the new `place`."""

    change: Literal["added", "removed", "renamed", "moved", "changed"]
    target: Target | Literal["title"]
    id: str | None = None
    name: str
    before: Fields | None = None
    after: Fields | None = None


class _Part(FrozenModel):
    """A part without its children; `fields` are its own, but for id and name."""

    target: Target
    id: str
    name: str
    fields: Fields
    parent: str | None
    parent_name: str


def diff(before: Outline, after: Outline) -> list[OutlineChange]:
    """The changes by which one outline becomes the other, in the order of the newer one; what is gone comes last.

    A part has moved when it has another parent, or stands in another order among the siblings that have stayed.
    """
    changes = []
    if before.title != after.title:
        changes.append(
            OutlineChange(
                change="renamed",
                target="title",
                name=after.title,
                before={"title": before.title},
                after={"title": after.title},
            )
        )
    old, new = _parts(before), _parts(after)
    moved = _moved(old, new)
    for key, part in new.items():
        if (was := old.get(key)) is None:
            changes.append(_change("added", part, after=part.fields | {"place": part.parent_name}))
            continue
        if was.name != part.name:
            changes.append(_change("renamed", part, {"name": was.name}, {"name": part.name}))
        if key in moved:
            changes.append(_change("moved", part, {"place": was.parent_name}, {"place": part.parent_name}))
        if differing := [name for name, value in part.fields.items() if was.fields[name] != value]:
            changes.append(
                _change(
                    "changed",
                    part,
                    {name: was.fields[name] for name in differing},
                    {name: part.fields[name] for name in differing},
                )
            )
    gone = (part for key, part in old.items() if key not in new)
    return changes + [_change("removed", part, part.fields | {"place": part.parent_name}) for part in gone]


def _change(
    change: Literal["added", "removed", "renamed", "moved", "changed"],
    part: _Part,
    before: Fields | None = None,
    after: Fields | None = None,
) -> OutlineChange:
    return OutlineChange(change=change, target=part.target, id=part.id, name=part.name, before=before, after=after)


def _parts(outline: Outline) -> dict[tuple[Target, str], _Part]:
    parts: dict[tuple[Target, str], _Part] = {}

    def add(target: Target, part: Stage | Module | Concept, parent: str | None, parent_name: str) -> str:
        values = part.model_dump(mode="json", exclude={"modules", "concepts", "name"})
        part_id = values.pop(f"{target}_id")
        parts[target, part_id] = _Part(
            target=target, id=part_id, name=part.name, fields=values, parent=parent, parent_name=parent_name
        )
        return str(part_id)

    for stage in outline.stages:
        stage_id = add("stage", stage, None, outline.title)
        for module in stage.modules:
            module_id = add("module", module, stage_id, stage.name)
            for concept in module.concepts:
                add("concept", concept, module_id, module.name)
    return parts


def _moved(old: dict[tuple[Target, str], _Part], new: dict[tuple[Target, str], _Part]) -> set[tuple[Target, str]]:
    moved = {key for key, part in new.items() if key in old and old[key].parent != part.parent}
    rank = {key: place for place, key in enumerate(old)}
    siblings: dict[tuple[Target, str | None], list[tuple[Target, str]]] = {}
    for key, part in new.items():
        if key in rank and key not in moved:
            siblings.setdefault((part.target, part.parent), []).append(key)
    for after in siblings.values():
        before = sorted(after, key=rank.__getitem__)
        stayed = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        moved |= set(after) - {key for block in stayed for key in after[block.b : block.b + block.size]}
    return moved

"""Reads and writes roadmaps, their outlines and their artefacts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.repositories.revision_repo import HISTORY
from app.db.repositories.status_filter import in_statuses, newest
from app.db.rows import task_metadata, usage_of
from app.db.tables import artefacts, roadmap_progress, roadmaps, tasks
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS
from app.domain.failures import Failure
from app.domain.ownership import Claim
from app.domain.records import ListPlace, RoadmapMetadata, RoadmapPosition
from app.domain.roadmap import LearningRequest, ListOrder, Outline, title_of
from app.domain.tasks import Progress, RoadmapStatus
from app.domain.usage import Usage
from app.domain.values import MAX_COUNT
from app.domain.viewer import NoSuchConcept, NoSuchRoadmap, RoadmapHandle, Viewer
from app.generation.work import FinishedArtefact

_usage = (
    select(*(func.sum(tasks.c[name]).label(name) for name in Usage.model_fields))
    .where(tasks.c.roadmap_id == roadmaps.c.id)
    .lateral("usage")
)


_earlier = artefacts.alias("earlier")
_ADD_VERSION = insert(artefacts).values(
    roadmap_id=bindparam("in_roadmap_id", type_=Uuid),
    concept_id=bindparam("in_concept_id", type_=Text),
    kind=bindparam("in_kind", type_=Text),
    version=select(func.coalesce(func.max(_earlier.c.version), 0) + 1)
    .where(
        _earlier.c.roadmap_id == bindparam("in_roadmap_id", type_=Uuid),
        _earlier.c.concept_id == bindparam("in_concept_id", type_=Text),
        _earlier.c.kind == bindparam("in_kind", type_=Text),
    )
    .scalar_subquery(),
)
"""Inserts an artefact as the newest version of its kind and concept."""
_CONCEPT = cast("$.stages[*].modules[*].concepts[*] ? (@.concept_id == $concept_id)", JSONPATH)
TRASH = timedelta(days=30)
"""How long a deleted roadmap can be restored."""
_DELETED_AT_ONCE = 5
_COUNTED = ("calls", "input_tokens", "output_tokens")
_LOOKED_AT, _ENOUGH = 500, 10
"""Newest artefacts that are looked at for what an author's take, and how many of them it must have written."""


T = TypeVar("T")


class RoadmapRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get_roadmap_metadata(
        self, roadmap_id: UUID, viewer: Viewer, *, for_update: bool = False
    ) -> RoadmapMetadata:
        """The viewer's roadmap. With `for_update` it is locked first, so that its state cannot change meanwhile.

        Raises:
            NotFound: the viewer has no such roadmap, or it is in the trash.
        """
        return found(await self._one(_visible(roadmap_id, viewer), for_update=for_update))

    async def concept(self, roadmap_id: UUID, viewer: Viewer, concept_id: str) -> tuple[RoadmapHandle, dict[str, Any]]:
        """A concept of the outline, as stored: without the outline, which may have thousands.

        Raises:
            NotFound: the viewer has no such roadmap, it has no such concept, or it has no outline yet.
        """
        arguments = func.jsonb_build_object("concept_id", concept_id)
        stored = func.jsonb_path_query_first(roadmaps.c.framework_data, _CONCEPT, arguments, type_=JSONB)
        query = select(stored.label("concept")).where(*_visible(roadmap_id, viewer))
        concept = found((await self._session.execute(query)).one_or_none()).concept
        if concept is None:
            raise NoSuchConcept
        return RoadmapHandle(roadmap_id), concept

    async def claimed(self, claim: Claim, *, for_update: bool = False) -> RoadmapMetadata | None:
        """The roadmap of a worker's claim, of any owner; None when it has been deleted for good."""
        if for_update:
            return await self._one([roadmaps.c.id == claim.roadmap_id], for_update=True)
        row = (await self._session.execute(_CLAIMED, {"in_roadmap_id": claim.roadmap_id})).mappings().one_or_none()
        return _roadmap(row) if row else None

    async def list_roadmaps(
        self,
        viewer: Viewer,
        *,
        sort: ListOrder,
        after: ListPlace | None,
        limit: int,
        search: str | None = None,
        statuses: Collection[RoadmapStatus] = (),
        trash: bool = False,
    ) -> list[RoadmapMetadata]:
        """The viewer's roadmaps in an order, without their outlines: those whose title or goal contains the words that
        are searched for, in any order; those in one of the statuses, if any are given; those in the trash, or those
        that are not."""
        deleted = roadmaps.c.deleted_at
        query = select(roadmaps.c.id).where(roadmaps.c.user_id == viewer.user_id)
        query = query.where(deleted.is_not(None) if trash else deleted.is_(None))
        if statuses:
            query = query.join(newest, newest.c.id == roadmaps.c.task_id)
            query = query.join(roadmap_progress, roadmap_progress.c.roadmap_id == roadmaps.c.id)
            query = query.where(in_statuses(statuses))
        text = func.concat(roadmaps.c.title, " ", roadmaps.c.request["goal"].as_string())
        for word in (search or "").split():
            query = query.where(text.icontains(word, autoescape=True))
        keys = [roadmaps.c.id] if sort == ListOrder.CREATED else [roadmaps.c.studied_at, roadmaps.c.id]
        if after is not None:
            place = [after.id] if after.studied_at is None else [after.studied_at, after.id]
            query = query.where(tuple_(*keys) < tuple_(*place))
        order = [key.desc() for key in keys]
        page = query.order_by(*order).limit(limit)
        shown = _metadata(outline=False).where(roadmaps.c.id.in_(page)).order_by(*order)
        return [_roadmap(row) for row in (await self._session.execute(shown)).mappings()]

    async def position(self, roadmap_id: UUID, viewer: Viewer) -> RoadmapPosition:
        """Where the roadmap's event log stands.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        query = (
            select(roadmap_progress.c.epoch, roadmap_progress.c.seq, roadmap_progress.c.floor)
            .join(roadmaps, roadmaps.c.id == roadmap_progress.c.roadmap_id)
            .where(*_visible(roadmap_id, viewer))
        )
        row = found((await self._session.execute(query)).one_or_none())
        return RoadmapPosition(handle=RoadmapHandle(roadmap_id), epoch=row.epoch, seq=row.seq, floor=row.floor)

    async def save_roadmap_metadata(
        self,
        *,
        roadmap_id: UUID,
        viewer: Viewer,
        request: LearningRequest,
        author: str,
        task_id: UUID,
        epoch: UUID,
        auto_approve: bool,
    ) -> RoadmapHandle:
        """A new roadmap, without an outline yet; it is called by its goal until it has a title."""
        await self._session.execute(
            insert(roadmaps).values(
                id=roadmap_id,
                user_id=viewer.user_id,
                request=request.model_dump(mode="json"),
                author=author,
                title=title_of(request.goal),
                task_id=task_id,
                kinds=list(KINDS),
                auto_approve=auto_approve,
            )
        )
        await self._session.execute(insert(roadmap_progress).values(roadmap_id=roadmap_id, epoch=epoch))
        return RoadmapHandle(roadmap_id)

    async def save_outline(self, roadmap: RoadmapHandle, outline: Outline) -> None:
        await self._session.execute(
            update(roadmaps)
            .where(roadmaps.c.id == roadmap.roadmap_id)
            .values(title=outline.title, framework_data=orjson.Fragment(outline.model_dump_json()))
        )

    async def set_task(self, roadmap: RoadmapHandle, task_id: UUID) -> None:
        await self._set(roadmap, task_id=task_id)

    async def put_into_trash(self, roadmap: RoadmapHandle) -> None:
        await self._set(roadmap, deleted_at=func.now())

    async def take_out_of_trash(self, roadmap_id: UUID, viewer: Viewer) -> None:
        """Make a deleted roadmap visible again.

        Raises:
            NotFound: the viewer has no such roadmap in the trash.
        """
        mine = (
            roadmaps.c.id == roadmap_id,
            roadmaps.c.user_id == viewer.user_id,
            roadmaps.c.deleted_at.is_not(None),
        )
        taken = await self._session.execute(
            update(roadmaps).where(*mine).values(deleted_at=None).returning(roadmaps.c.id)
        )
        if taken.one_or_none() is None:
            raise NotFound("There is no such roadmap in the trash.")

    async def note_study(self, roadmap_id: UUID, viewer: Viewer) -> None:
        """Note that the learner works with the roadmap now.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        statement = update(roadmaps).where(*_visible(roadmap_id, viewer)).values(studied_at=func.now())
        found((await self._session.execute(statement.returning(roadmaps.c.id))).one_or_none())

    async def empty_trash(self) -> bool:
        """Delete for good a few of those that have been in the trash for long enough; whether there may be more."""
        old = (
            select(roadmaps.c.id)
            .where(roadmaps.c.deleted_at < func.now() - TRASH)
            .limit(_DELETED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        gone = await self._session.execute(delete(roadmaps).where(roadmaps.c.id.in_(old)).returning(roadmaps.c.id))
        return len(gone.all()) == _DELETED_AT_ONCE

    async def save_artefacts_batch(self, claim: Claim, finished: Iterable[FinishedArtefact]) -> None:
        """Add a version of each artefact; failures are passed over."""
        rows = [
            {
                "id": item.artefact_id,
                "in_roadmap_id": claim.roadmap_id,
                "in_concept_id": item.concept_id,
                "in_kind": item.kind,
                "task_id": claim.task_id,
                "author": item.delivery.author,
                "prompt": item.delivery.prompt,
                "usage": item.delivery.usage.model_dump(),
                "body": item.delivery.result.model_dump(mode="json"),
            }
            for item in sorted(finished, key=lambda item: (item.concept_id, item.kind))
            if not isinstance(item.delivery.result, Failure)
        ]
        if rows:
            await self._session.execute(_ADD_VERSION, rows)

    async def save_tutorials_batch(self, claim: Claim, finished: Iterable[FinishedArtefact]) -> None:
        await self._save_kind(ArtefactKind.TUTORIAL, claim, finished)

    async def save_resources_batch(self, claim: Claim, finished: Iterable[FinishedArtefact]) -> None:
        await self._save_kind(ArtefactKind.RESOURCES, claim, finished)

    async def save_quizzes_batch(self, claim: Claim, finished: Iterable[FinishedArtefact]) -> None:
        await self._save_kind(ArtefactKind.QUIZ, claim, finished)

    async def artefacts(
        self, roadmap: RoadmapHandle, concept_id: str, *, ids: Collection[UUID | str] = (), version: int | None = None
    ) -> dict[ArtefactKind, dict[str, Any]]:
        """Artefacts of a concept as stored: those of the given version, else those of the given ids."""
        here = (artefacts.c.roadmap_id == roadmap.roadmap_id, artefacts.c.concept_id == concept_id)
        which = artefacts.c.id.in_(ids) if version is None else artefacts.c.version == version
        rows = (await self._session.execute(select(artefacts).where(*here, which))).mappings()
        return {ArtefactKind(row["kind"]): dict(row) for row in rows}

    async def versions(self, roadmap: RoadmapHandle, concept_id: str) -> dict[ArtefactKind, list[dict[str, Any]]]:
        """All versions of a concept's artefacts by kind, newest first, without their bodies."""
        names = ("version", "author", "prompt", "created_at", "imported")
        query = select(artefacts.c.kind, artefacts.c.id, *(artefacts.c[name] for name in names))
        query = query.where(artefacts.c.roadmap_id == roadmap.roadmap_id, artefacts.c.concept_id == concept_id)
        versions: dict[ArtefactKind, list[dict[str, Any]]] = {}
        for kind, *row in await self._session.execute(query.order_by(artefacts.c.version.desc())):
            versions.setdefault(ArtefactKind(kind), []).append(dict(zip(("artefact_id", *names), row, strict=True)))
        return versions

    async def typical_usage(self, kind: ArtefactKind, author: str) -> Usage | None:
        """What an author's newest artefacts of a kind have used up, on average; None when there are too few. Nothing
        that was imported counts, and no amount that cannot be true: files have not always been checked."""
        here = select(artefacts.c.author, artefacts.c.usage).where(
            artefacts.c.kind == kind, artefacts.c.imported.is_(False)
        )
        newest = here.order_by(artefacts.c.id.desc()).limit(_LOOKED_AT).subquery()
        rows = await self._session.execute(select(newest.c.usage).where(newest.c.author == author))
        amounts = [[(row.usage or {}).get(name) for name in _COUNTED] for row in rows]
        true = [one for one in amounts if one[0] and all(map(_is_count, one))]
        if len(true) < _ENOUGH:
            return None
        calls, input_tokens, output_tokens = map(sum, zip(*true, strict=True))
        return Usage(
            calls=max(1, round(calls / len(true))),
            input_tokens=input_tokens // len(true),
            output_tokens=output_tokens // len(true),
        )

    async def _one(self, which: Sequence[ColumnElement[bool]], *, for_update: bool) -> RoadmapMetadata | None:
        if for_update:
            await self._session.execute(select(roadmaps.c.id).where(*which).with_for_update(key_share=True))
        row = (await self._session.execute(_metadata().where(*which))).mappings().one_or_none()
        return _roadmap(row) if row else None

    async def _set(self, roadmap: RoadmapHandle, **values: Any) -> None:
        await self._session.execute(update(roadmaps).where(roadmaps.c.id == roadmap.roadmap_id).values(values))

    async def _save_kind(self, kind: ArtefactKind, claim: Claim, finished: Iterable[FinishedArtefact]) -> None:
        """Add a version of each artefact of a kind; the others are passed over."""
        await self.save_artefacts_batch(claim, [item for item in finished if item.kind == kind])


def found(row: T | None) -> T:
    """A row of a viewer's roadmap.

    Raises:
        NotFound: there is none.
    """
    if row is None:
        raise NoSuchRoadmap
    return row


def _visible(roadmap_id: UUID, viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """A roadmap that is the viewer's, and not in the trash."""
    return roadmaps.c.id == roadmap_id, roadmaps.c.user_id == viewer.user_id, roadmaps.c.deleted_at.is_(None)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and 0 <= value <= MAX_COUNT


def _metadata(*, outline: bool = True) -> Select[Any]:
    columns = [column for column in roadmaps.c if outline or column.key != "framework_data"]
    return (
        select(
            *columns,
            *(column for column in roadmap_progress.c if column.key != "roadmap_id"),
            *(column.label(f"task_{column.key}") for column in newest.c if column.key not in {"id", "roadmap_id"}),
            _usage,
            *HISTORY,
        )
        .join(roadmap_progress, roadmap_progress.c.roadmap_id == roadmaps.c.id)
        .join(newest, newest.c.id == roadmaps.c.task_id)
        .join(_usage, true())
    )


_CLAIMED = _metadata().where(roadmaps.c.id == bindparam("in_roadmap_id"))


def _roadmap(row: Any) -> RoadmapMetadata:
    return RoadmapMetadata(
        id=row["id"],
        user_id=row["user_id"],
        title=row["title"],
        author=row["author"],
        request=row["request"],
        framework_data=row.get("framework_data"),
        kinds=tuple(map(ArtefactKind, row["kinds"])),
        auto_approve=row["auto_approve"],
        created_at=row["created_at"],
        studied_at=row["studied_at"],
        seq=row["seq"],
        epoch=row["epoch"],
        progress=Progress(**{name: row[name] for name in Progress.model_fields}),
        task=task_metadata(row, "task_"),
        usage=usage_of(row),
        revision=row["revision"],
        can_undo=row["can_undo"],
        can_redo=row["can_redo"],
        deleted_at=row["deleted_at"],
        imported_at=row["imported_at"],
    )

"""Reads and writes the states of a roadmap's concepts."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, all_, any_, bindparam, cast, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pauses import with_pauses
from app.db.repositories.note_repo import NoteRepository
from app.db.tables import artefacts, concepts, roadmaps
from app.domain.content.concept_state import ArtefactState, ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS
from app.domain.content.status import ArtefactStatus, ContentStatus, content_status
from app.domain.failures import Failure
from app.domain.learning import Learned
from app.domain.packed_roadmap import PackedConcept
from app.domain.tasks import Progress
from app.domain.viewer import RoadmapHandle

STATE_COLUMNS = ("artefacts", "instructions")
"""Those of a concept's content."""
_AT_ONCE = 200
"""States that one statement saves: others get their turn in between."""
_SAVE = (
    update(concepts)
    .where(
        concepts.c.roadmap_id == bindparam("in_roadmap_id"),
        concepts.c.concept_id == bindparam("in_concept_id"),
    )
    .values({name: bindparam(f"in_{name}", type_=concepts.c[name].type) for name in STATE_COLUMNS})
)
_ALL = select(concepts).where(concepts.c.roadmap_id == bindparam("in_roadmap_id"), concepts.c.removed_at.is_(None))
_ROWS = select(concepts.c.concept_id, concepts.c.artefacts, concepts.c.learned_at)
"""What is shown of one concept."""
_STATUSES = (
    select(func.jsonb_object_agg(literal_column("key"), literal_column("value -> 'status'")))
    .select_from(func.jsonb_each(concepts.c.artefacts))
    .scalar_subquery()
)
"""The statuses of a concept's artefacts, by kind."""
_WAITING = (
    select(func.jsonb_object_agg(literal_column("kind"), func.jsonb_build_object("status", "pending")))
    .select_from(func.unnest(roadmaps.c.kinds).alias("kind"))
    .scalar_subquery()
)
"""All artefacts of a new concept."""


class ConceptRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self, roadmap: RoadmapHandle) -> dict[str, ConceptState]:
        """The states of all concepts of the outline, by id."""
        return await self._states(_present(roadmap))

    async def all_with_learned(self, roadmap: RoadmapHandle) -> tuple[dict[str, ConceptState], Learned]:
        """The same, and when the learner marked those of them as learned that are."""
        rows = (await self._session.execute(_ALL, {"in_roadmap_id": roadmap.roadmap_id})).mappings()
        states: dict[str, ConceptState] = {}
        learned: dict[str, datetime] = {}
        async for row in with_pauses(rows):
            states[row["concept_id"]] = _state(row)
            if row["learned_at"] is not None:
                learned[row["concept_id"]] = row["learned_at"]
        return states, learned

    async def statuses(self, roadmap: RoadmapHandle) -> list[tuple[dict[ArtefactKind, ArtefactStatus], int]]:
        """Of the concepts of the outline: how many there are with the same statuses."""
        grouped = _present(roadmap).with_only_columns(_STATUSES.label("statuses")).subquery()
        query = select(grouped.c.statuses, func.count()).group_by(grouped.c.statuses)
        return [
            ({ArtefactKind(kind): ArtefactStatus(status) for kind, status in found.items()}, count)
            for found, count in await self._session.execute(query)
        ]

    async def authors(self, roadmap: RoadmapHandle) -> list[tuple[str, ArtefactKind, str]]:
        """Who has written the artefacts that are current and complete, by concept and kind."""
        current = concepts.c.artefacts[artefacts.c.kind]
        query = (
            _present(roadmap)
            .with_only_columns(concepts.c.concept_id, artefacts.c.kind, artefacts.c.author)
            .join(
                artefacts,
                (artefacts.c.roadmap_id == concepts.c.roadmap_id) & (artefacts.c.concept_id == concepts.c.concept_id),
            )
            .where(
                current["id"].astext == cast(artefacts.c.id, Text),
                current["status"].astext == ArtefactStatus.COMPLETED,
            )
            .order_by(concepts.c.concept_id, artefacts.c.kind)
        )
        return [(row.concept_id, ArtefactKind(row.kind), row.author) for row in await self._session.execute(query)]

    async def progress(self, roadmap: RoadmapHandle) -> Progress:
        """The concepts of the outline, counted."""
        counts: Counter[ContentStatus] = Counter()
        for statuses, count in await self.statuses(roadmap):
            counts[content_status(statuses.values())] += count
        return Progress.of(counts)

    async def everything(self, roadmap: RoadmapHandle) -> list[PackedConcept]:
        """All concepts by id, those that edits have removed too."""
        query = select(concepts).where(concepts.c.roadmap_id == roadmap.roadmap_id).order_by(concepts.c.concept_id)
        rows = (await self._session.execute(query)).mappings()
        notes = await NoteRepository(self._session).of_roadmap(roadmap)
        return [
            PackedConcept(
                content=_state(row),
                learned_at=row["learned_at"],
                removed=row["removed_at"] is not None,
                note=notes.get(row["concept_id"]),
            )
            async for row in with_pauses(rows)
        ]

    async def shown(self, roadmap: RoadmapHandle) -> dict[str, tuple[str, datetime | None]]:
        """What is shown of all concepts of the outline, by id: their artefacts as JSON, which is not parsed here, since
        there may be thousands; and when they were learned."""
        artefacts = cast(concepts.c.artefacts, Text)
        query = select(concepts.c.concept_id, artefacts, concepts.c.learned_at)
        query = query.where(concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.removed_at.is_(None))
        rows = (await self._session.execute(query)).all()
        return {concept_id: (stored, learned_at) for concept_id, stored, learned_at in rows}

    async def row(self, roadmap: RoadmapHandle, concept_id: str) -> dict[str, Any]:
        """What is shown of one concept of the outline, as plain data."""
        query = _ROWS.where(concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.concept_id == concept_id)
        return dict((await self._session.execute(query)).mappings().one())

    async def get(self, roadmap: RoadmapHandle, concept_id: str) -> ConceptState | None:
        states = await self._states(_present(roadmap).where(concepts.c.concept_id == concept_id))
        return states.get(concept_id)

    async def lock(self, roadmap: RoadmapHandle, concept_ids: Collection[str]) -> dict[str, ConceptState]:
        """Lock and read some concepts, in the order of their ids, removed ones too."""
        named = concepts.c.concept_id == any_(cast(list(concept_ids), ARRAY(Text)))
        query = select(concepts).where(concepts.c.roadmap_id == roadmap.roadmap_id, named)
        return await self._states(query.order_by(concepts.c.concept_id).with_for_update())

    async def lock_having(
        self, roadmap: RoadmapHandle, statuses: Collection[ArtefactStatus]
    ) -> dict[str, ConceptState]:
        """Lock and read the concepts of which some artefact is in one of these states."""
        path = " || ".join(f'@ == "{status}"' for status in sorted(statuses))
        query = _present(roadmap).where(concepts.c.artefacts.path_exists(f"$.*.status ? ({path})"))
        return await self._states(query.order_by(concepts.c.concept_id).with_for_update())

    async def save(self, roadmap: RoadmapHandle, states: Iterable[ConceptState]) -> None:
        rows = [
            {"in_roadmap_id": roadmap.roadmap_id} | {f"in_{name}": value for name, value in plain_state(state).items()}
            for state in sorted(states, key=lambda state: state.concept_id)
        ]
        for start in range(0, len(rows), _AT_ONCE):
            await self._session.execute(_SAVE, rows[start : start + _AT_ONCE])

    async def follow_outline(self, roadmap: RoadmapHandle, concept_ids: Collection[str]) -> list[str]:
        """Make rows for new concepts, bring back those that an edit had removed, and mark the missing as removed.
        Gives the ids of those that have come back."""
        here = concepts.c.roadmap_id == roadmap.roadmap_id
        ids = cast(sorted(concept_ids), ARRAY(Text))
        await self._session.execute(
            update(concepts)
            .where(here, concepts.c.removed_at.is_(None), concepts.c.concept_id != all_(ids))
            .values(removed_at=func.now())
        )
        back = await self._session.execute(
            update(concepts)
            .where(here, concepts.c.removed_at.is_not(None), concepts.c.concept_id == any_(ids))
            .values(removed_at=None)
            .returning(concepts.c.concept_id)
        )
        await self._session.execute(
            insert(concepts)
            .from_select(
                ["roadmap_id", "concept_id", "artefacts"],
                select(roadmaps.c.id, func.unnest(ids), _WAITING).where(roadmaps.c.id == roadmap.roadmap_id),
            )
            .on_conflict_do_nothing()
        )
        return sorted(back.scalars())

    async def _states(self, query: Select[Any]) -> dict[str, ConceptState]:
        rows = (await self._session.execute(query)).mappings()
        return {row["concept_id"]: _state(row) async for row in with_pauses(rows)}


def _present(roadmap: RoadmapHandle) -> Select[Any]:
    return select(concepts).where(concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.removed_at.is_(None))


def _state(row: Any) -> ConceptState:
    instructions = row["instructions"] or {}
    stored = {ArtefactKind(kind): artefact for kind, artefact in row["artefacts"].items()}
    artefacts = {kind: _artefact(stored[kind], instructions.get(kind)) for kind in KINDS if kind in stored}
    return ConceptState(concept_id=row["concept_id"], artefacts=artefacts)


def _artefact(stored: dict[str, Any], instructions: str | None) -> ArtefactState:
    artefact_id, failure = stored.get("id"), stored.get("failure")
    return ArtefactState(
        status=ArtefactStatus(stored["status"]),
        id=UUID(artefact_id) if artefact_id else None,
        glance=stored.get("glance"),
        failure=Failure.model_validate(failure) if failure else None,
        instructions=instructions,
    )


def plain_state(state: ConceptState) -> dict[str, Any]:
    """A state as a row, by column."""
    instructions = {kind.value: one.instructions for kind, one in state.artefacts.items() if one.instructions}
    return {
        "concept_id": state.concept_id,
        "artefacts": {kind.value: _stored(artefact) for kind, artefact in state.artefacts.items()},
        "instructions": instructions or None,
    }


def _stored(artefact: ArtefactState) -> dict[str, Any]:
    stored: dict[str, Any] = {"status": artefact.status.value}
    if artefact.id is not None:
        stored |= {"id": artefact.id, "glance": artefact.glance}
    if artefact.failure is not None:
        stored["failure"] = artefact.failure.model_dump(mode="json")
    return stored

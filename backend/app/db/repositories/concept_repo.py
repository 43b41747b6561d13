"""Reads and writes the states of a roadmap's concepts."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, Text, all_, any_, bindparam, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pauses import with_pauses
from app.db.tables import concepts
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus, content_status
from app.domain.failures import Failure
from app.domain.tasks import Progress
from app.domain.viewer import RoadmapHandle

STATE_COLUMNS = (
    *(f"{kind}_status" for kind in ArtefactKind),
    *(f"{kind}_id" for kind in ArtefactKind),
    "content_summary",
    "resources_count",
    "quiz_questions_count",
    "failures",
    "instructions",
    "learned_at",
)


_AT_ONCE = 200
"""States that one statement saves: others get their turn in between."""
_STATUSES = tuple(f"{kind}_status" for kind in ArtefactKind)
_PLAIN = tuple(name for name in STATE_COLUMNS if name not in (*_STATUSES, "failures", "instructions"))


_SAVE = (
    update(concepts)
    .where(
        concepts.c.roadmap_id == bindparam("in_roadmap_id"),
        concepts.c.concept_id == bindparam("in_concept_id"),
    )
    .values({name: bindparam(f"in_{name}", type_=concepts.c[name].type) for name in STATE_COLUMNS})
)


_ROWS = select(
    concepts.c.concept_id,
    *(
        cast(concepts.c[name], Text).label(name) if name.endswith("_id") else concepts.c[name]
        for name in STATE_COLUMNS
        if name != "instructions"
    ),
)
"""What is shown of a concept. Ids as text: they only pass through."""


class ConceptRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self, roadmap: RoadmapHandle) -> dict[str, ConceptState]:
        """The states of all concepts of the outline, by id."""
        return await self._states(_present(roadmap))

    async def statuses(self, roadmap: RoadmapHandle) -> list[tuple[dict[ArtefactKind, ArtefactStatus], int]]:
        """Of the concepts of the outline: how many there are with the same statuses."""
        columns = [concepts.c[name] for name in _STATUSES]
        query = _present(roadmap).with_only_columns(*columns, func.count()).group_by(*columns)
        return [
            (dict(zip(ArtefactKind, map(ArtefactStatus, found), strict=True)), count)
            for *found, count in await self._session.execute(query)
        ]

    async def progress(self, roadmap: RoadmapHandle) -> Progress:
        """The concepts of the outline, counted."""
        counts: Counter[ContentStatus] = Counter()
        for statuses, count in await self.statuses(roadmap):
            counts[content_status(statuses.values())] += count
        return Progress.of(counts)

    async def everything(self, roadmap: RoadmapHandle) -> list[tuple[ConceptState, bool]]:
        """The states of all concepts by id, and whether an edit has removed them."""
        query = select(concepts).where(concepts.c.roadmap_id == roadmap.roadmap_id).order_by(concepts.c.concept_id)
        rows = (await self._session.execute(query)).mappings()
        return [(_state(row), row["removed_at"] is not None) async for row in with_pauses(rows)]

    async def rows(self, roadmap: RoadmapHandle) -> dict[str, dict[str, Any]]:
        """The states of all concepts of the outline as plain data, by id: for reading many, fast."""
        query = _ROWS.where(concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.removed_at.is_(None))
        names = [str(column.key) for column in _ROWS.selected_columns]
        return {row[0]: dict(zip(names, row, strict=True)) for row in await self._session.execute(query)}

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
        hit = or_(*(concepts.c[f"{kind}_status"].in_(statuses) for kind in ArtefactKind))
        query = _present(roadmap).where(hit)
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
            .from_select(["roadmap_id", "concept_id"], select(literal(roadmap.roadmap_id), func.unnest(ids)))
            .on_conflict_do_nothing()
        )
        return sorted(back.scalars())

    async def _states(self, query: Select[Any]) -> dict[str, ConceptState]:
        rows = (await self._session.execute(query)).mappings()
        return {row["concept_id"]: _state(row) async for row in with_pauses(rows)}


def _present(roadmap: RoadmapHandle) -> Select[Any]:
    return select(concepts).where(concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.removed_at.is_(None))


def _state(row: Any) -> ConceptState:
    failures = {ArtefactKind(kind): Failure.model_validate(body) for kind, body in (row["failures"] or {}).items()}
    statuses: dict[str, Any] = {name: ArtefactStatus(row[name]) for name in _STATUSES}
    instructions = {ArtefactKind(kind): text for kind, text in (row["instructions"] or {}).items()}
    plain = {name: row[name] for name in _PLAIN}
    return ConceptState(concept_id=row["concept_id"], **statuses, **plain, failures=failures, instructions=instructions)


def plain_state(state: ConceptState) -> dict[str, Any]:
    """A state as a row, by column."""
    columns = {name: getattr(state, name) for name in STATE_COLUMNS}
    failures = {kind.value: failure.model_dump(mode="json") for kind, failure in state.failures.items()}
    instructions = {kind.value: text for kind, text in state.instructions.items()}
    mappings = {"failures": failures or None, "instructions": instructions or None}
    return {"concept_id": state.concept_id} | columns | mappings

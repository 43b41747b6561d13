"""The index of the search: what is in it, what is missing, and what it finds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pauses import with_pauses
from app.domain.content.kind import ArtefactKind, Passage
from app.domain.content.kinds import KINDS
from app.domain.question_reports import without_reported
from app.domain.search import (
    ANY_LANGUAGE,
    MAX_RANKED,
    START,
    STOP,
    SearchSource,
    Terms,
    config_of,
    in_pieces,
    pairs_of,
    words_of,
)
from app.domain.viewer import RoadmapHandle, Viewer

ContentKey = tuple[UUID, str, SearchSource]
"""A content of a roadmap, by concept and source."""
_AT_ONCE = 20
"""Contents that are read and written at once."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a search can find of one content. `content_id` changes with it."""

    content_id: UUID
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    roadmap_id: UUID
    concept_id: str
    source: SearchSource
    content_id: UUID
    place: int

    @property
    def key(self) -> ContentKey:
        return self.roadmap_id, self.concept_id, self.source


_VISIBLE = "roadmaps.user_id = :user_id AND roadmaps.deleted_at IS NULL"
_BEHIND = text(f"""
SELECT roadmaps.id, roadmaps.title, roadmaps.request->>'language' AS language
FROM roadmaps
JOIN roadmap_progress AS progress ON progress.roadmap_id = roadmaps.id
LEFT JOIN searchable_roadmaps AS indexed ON indexed.roadmap_id = roadmaps.id
WHERE {_VISIBLE} AND (CAST(:roadmap_id AS uuid) IS NULL OR roadmaps.id = :roadmap_id)
    AND progress.seq > coalesce(indexed.seq, -1)
ORDER BY roadmaps.studied_at DESC
""")
_CLAIM = text("INSERT INTO searchable_roadmaps (roadmap_id, seq) VALUES (:roadmap_id, -1) ON CONFLICT DO NOTHING")
_LOCK = text("""
SELECT progress.seq, indexed.seq AS indexed
FROM searchable_roadmaps AS indexed
JOIN roadmap_progress AS progress ON progress.roadmap_id = indexed.roadmap_id
WHERE indexed.roadmap_id = :roadmap_id
FOR UPDATE OF indexed
""")
_DONE = text("UPDATE searchable_roadmaps SET seq = :seq WHERE roadmap_id = :roadmap_id")
_OUTDATE = text("""
INSERT INTO searchable_roadmaps (roadmap_id, seq) VALUES (:roadmap_id, -1)
ON CONFLICT (roadmap_id) DO UPDATE SET seq = -1
""")
_STATES = text("""
SELECT concepts.concept_id, kind.key AS source, (kind.value->>'id')::uuid AS id,
    (SELECT array_agg(question_id ORDER BY question_id) FROM question_reports
        WHERE quiz_id = (kind.value->>'id')::uuid) AS reported
FROM concepts, jsonb_each(concepts.artefacts) AS kind
WHERE concepts.roadmap_id = :roadmap_id AND concepts.removed_at IS NULL AND kind.value ? 'id'
UNION ALL
SELECT concepts.concept_id, 'note', notes.version, NULL
FROM notes JOIN concepts USING (roadmap_id, concept_id)
WHERE notes.roadmap_id = :roadmap_id AND concepts.removed_at IS NULL
""")
_NAMES = text("""
SELECT concept->>'concept_id' AS concept_id, concept->>'name' AS name, concept->>'description' AS description
FROM roadmaps, jsonb_path_query(framework_data, '$.stages[*].modules[*].concepts[*]') AS concept
WHERE roadmaps.id = :roadmap_id
""")
_INDEXED = text("SELECT DISTINCT concept_id, source, content_id FROM search_passages WHERE roadmap_id = :roadmap_id")
_FORGET = text("""
DELETE FROM search_passages AS passage
USING unnest(CAST(:concept_ids AS text[]), CAST(:sources AS text[]), CAST(:content_ids AS uuid[]))
    AS old (concept_id, source, content_id)
WHERE passage.roadmap_id = :roadmap_id AND passage.concept_id = old.concept_id AND passage.source = old.source
    AND passage.content_id = old.content_id
""")
_ADD = text("""
INSERT INTO search_passages (roadmap_id, concept_id, source, content_id, place, words)
SELECT :roadmap_id, concept_id, source, content_id, place,
    setweight(to_tsvector(CAST(:config AS regconfig), heading) || CAST(heading_pairs AS tsvector), 'A')
        || to_tsvector(CAST(:config AS regconfig), body) || CAST(body_pairs AS tsvector)
FROM unnest(CAST(:concept_ids AS text[]), CAST(:sources AS text[]), CAST(:content_ids AS uuid[]),
    CAST(:places AS integer[]), CAST(:headings AS text[]), CAST(:bodies AS text[]),
    CAST(:heading_pairs AS text[]), CAST(:body_pairs AS text[]))
    AS new (concept_id, source, content_id, place, heading, body, heading_pairs, body_pairs)
ON CONFLICT DO NOTHING
""")
_COLUMNS = ("concept_ids", "sources", "content_ids", "places", "headings", "bodies", "heading_pairs", "body_pairs")
_BODIES = text("SELECT id, kind, body FROM artefacts WHERE roadmap_id = :roadmap_id AND id = ANY(CAST(:ids AS uuid[]))")
_NOTES = text("""
SELECT version, markdown FROM notes WHERE roadmap_id = :roadmap_id AND version = ANY(CAST(:ids AS uuid[]))
""")
_LANGUAGES = text(f"SELECT DISTINCT request->>'language' FROM roadmaps WHERE {_VISIBLE}")
_TITLES = text("SELECT id, title, request->>'language' AS language FROM roadmaps WHERE id = ANY(CAST(:ids AS uuid[]))")

_BY_INDEX = text("SET LOCAL enable_seqscan = off")
"""The planner takes the table for small: it does not count what the words of long passages cost to be read."""


def _asked(configs: Sequence[str]) -> str:
    """The query in each of these languages."""
    words = " || ".join(f"to_tsquery('{config}', :words)" for config in configs)
    return f"(({words}) && CAST(:runs AS tsquery))"


def find_statement(configs: Sequence[str], *, in_one: bool) -> str:
    """The query stands where it is used: the planner then knows how rare the words are."""
    here = "AND found.roadmap_id = :roadmap_id" if in_one else ""
    asked = _asked(configs)
    return f"""
WITH found AS MATERIALIZED (
    SELECT found.roadmap_id, found.concept_id, found.source, found.content_id, found.place,
        ts_rank(found.words, {asked}) * CASE WHEN found.source IN ('resources', 'quiz') THEN 0.3 ELSE 1 END AS rank
    FROM search_passages AS found JOIN roadmaps ON roadmaps.id = found.roadmap_id
    WHERE {_VISIBLE} {here} AND found.words @@ {asked}
    LIMIT {MAX_RANKED}
)
SELECT roadmap_id, concept_id, source, content_id, place FROM found
ORDER BY rank DESC, source = 'concept' DESC, roadmap_id DESC, concept_id, source, place LIMIT :limit
"""


class SearchRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def outdate(self, roadmap: RoadmapHandle) -> None:
        """Something has changed of the roadmap that no event tells."""
        await self._session.execute(_OUTDATE, {"roadmap_id": roadmap.roadmap_id})

    async def behind(self, viewer: Viewer, roadmap_id: UUID | None) -> list[tuple[RoadmapHandle, str]]:
        """The viewer's roadmaps of which the index does not hold everything, with their languages."""
        rows = await self._session.execute(_BEHIND, {"user_id": viewer.user_id, "roadmap_id": roadmap_id})
        return [(RoadmapHandle(row.id), row.language) for row in rows]

    async def index(self, roadmap: RoadmapHandle, language: str, *, most: int) -> int:
        """Bring the index up to date with a roadmap, taking in `most` contents at most. Gives how many it has taken in;
        fewer than `most`: it is up to date."""
        here = {"roadmap_id": roadmap.roadmap_id}
        await self._session.execute(_CLAIM, here)
        state = (await self._session.execute(_LOCK, here)).one()
        if state.indexed >= state.seq:  # another search was faster
            return 0
        current = await self._current(roadmap)
        rows = (await self._session.execute(_INDEXED, here)).all()
        indexed = {(concept_id, source, content_id) for concept_id, source, content_id in rows}
        wanted = {(concept_id, source, one.content_id) for (concept_id, source), one in current.items()}
        old = sorted(indexed - wanted, key=str)
        if old:
            concept_ids, sources, content_ids = zip(*old, strict=True)
            values = {"concept_ids": list(concept_ids), "sources": list(sources), "content_ids": list(content_ids)}
            await self._session.execute(_FORGET, here | values)
        missing = [key for key, one in current.items() if (*key, one.content_id) not in indexed]
        taken = missing[:most]
        for start in range(0, len(taken), _AT_ONCE):
            part = {key: current[key] for key in taken[start : start + _AT_ONCE]}
            await self._add(roadmap, language, await self._read(roadmap, part))
        if len(taken) < most:
            await self._session.execute(_DONE, here | {"seq": state.seq})
        return len(taken)

    async def find(self, viewer: Viewer, terms: Terms, *, roadmap_id: UUID | None, limit: int) -> list[Hit]:
        """Passages of the viewer's roadmaps outside the trash, the best first."""
        statement = find_statement(await self._configs(viewer), in_one=roadmap_id is not None)
        values = {"user_id": viewer.user_id, "words": terms.word_query, "runs": terms.run_query, "limit": limit}
        if roadmap_id is not None:
            values["roadmap_id"] = roadmap_id
        await self._session.execute(_BY_INDEX)
        rows = (await self._session.execute(text(statement), values)).mappings()
        return [Hit(**row) for row in rows]

    async def contents(self, hits: Collection[Hit]) -> dict[ContentKey, Content]:
        """What the hits are of, as it is now."""
        found: dict[ContentKey, Content] = {}
        for roadmap_id in {hit.roadmap_id for hit in hits}:
            roadmap = RoadmapHandle(roadmap_id)
            current = await self._current(roadmap)
            keys = {hit.key[1:] for hit in hits if hit.roadmap_id == roadmap_id}
            read = await self._read(roadmap, {key: one for key, one in current.items() if key in keys})
            found |= {(roadmap_id, *key): content for key, content in read.items()}
        return found

    async def names(self, roadmap_ids: Collection[UUID]) -> dict[UUID, tuple[str, str, Mapping[str, str]]]:
        """The title, the language and the names of the concepts of roadmaps."""
        titles = (await self._session.execute(_TITLES, {"ids": list(roadmap_ids)})).all()
        named: dict[UUID, tuple[str, str, Mapping[str, str]]] = {}
        for roadmap_id, title, language in titles:
            rows = await self._session.execute(_NAMES, {"roadmap_id": roadmap_id})
            named[roadmap_id] = (title, language, {row.concept_id: row.name for row in rows})
        return named

    async def headlines(self, texts: Sequence[str], languages: Sequence[str], terms: Terms) -> list[str]:
        """The words of the texts with `START` and `STOP` around those that were searched for."""
        bodies = [words_of(one) async for one in with_pauses(texts, every=1)]
        if not terms.words:
            return bodies
        options = f'HighlightAll=true, StartSel="{START}", StopSel="{STOP}"'
        statement = text("""
            SELECT ts_headline(config::regconfig, body,
                to_tsquery(config::regconfig, :words) || to_tsquery('simple', :words), :options)
            FROM unnest(CAST(:configs AS text[]), CAST(:bodies AS text[])) WITH ORDINALITY AS one (config, body, number)
            ORDER BY number
        """)
        values = {
            "words": terms.word_query,
            "options": options,
            "configs": [config_of(one) for one in languages],
            "bodies": bodies,
        }
        return list((await self._session.execute(statement, values)).scalars())

    async def _configs(self, viewer: Viewer) -> list[str]:
        rows = (await self._session.execute(_LANGUAGES, {"user_id": viewer.user_id})).scalars()
        return sorted({ANY_LANGUAGE, *map(config_of, rows)})

    async def _current(self, roadmap: RoadmapHandle) -> dict[tuple[str, SearchSource], "_Place"]:
        """What there is to find in a roadmap, without its texts."""
        here = {"roadmap_id": roadmap.roadmap_id}
        current: dict[tuple[str, SearchSource], _Place] = {}
        async for row in with_pauses((await self._session.execute(_NAMES, here)).all()):
            content_id = uuid5(roadmap.roadmap_id, f"{row.name}\n{row.description}")
            passage = Passage(row.name, row.description or "")
            current[row.concept_id, "concept"] = _Place(content_id=content_id, passages=(passage,))
        async for row in with_pauses((await self._session.execute(_STATES, here)).all()):
            reported = tuple(row.reported or ())
            content_id = uuid5(row.id, " ".join(reported)) if reported else row.id
            source = cast(SearchSource, row.source)
            current[row.concept_id, source] = _Place(content_id=content_id, stored_id=row.id, reported=reported)
        return current

    async def _read(
        self, roadmap: RoadmapHandle, places: Mapping[tuple[str, SearchSource], "_Place"]
    ) -> dict[tuple[str, SearchSource], Content]:
        """The passages of some contents."""
        ids = [one.stored_id for one in places.values() if one.stored_id is not None]
        values = {"roadmap_id": roadmap.roadmap_id, "ids": ids}
        stored: dict[UUID, tuple[str, Any]] = {}
        if ids:
            stored |= {row.id: (row.kind, row.body) for row in await self._session.execute(_BODIES, values)}
            stored |= {row.version: ("note", row.markdown) for row in await self._session.execute(_NOTES, values)}
        read = {}
        async for key, place in with_pauses(places.items(), every=5):
            passages = place.passages
            if place.stored_id is not None:
                passages = _passages(*stored[place.stored_id], place.reported) if place.stored_id in stored else ()
            read[key] = Content(place.content_id, tuple(in_pieces(passages)))
        return read

    async def _add(
        self, roadmap: RoadmapHandle, language: str, contents: Mapping[tuple[str, SearchSource], Content]
    ) -> None:
        values: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        passages = ((key, one, place, part) for key, one in contents.items() for place, part in enumerate(one.passages))
        async for (concept_id, source), content, place, passage in with_pauses(passages, every=1):
            row = (
                *(concept_id, source, content.content_id, place),
                *(words_of(passage.heading), words_of(passage.text)),
                *(pairs_of(passage.heading), pairs_of(passage.text)),
            )
            for name, value in zip(_COLUMNS, row, strict=True):
                values[name].append(value)
        if values["places"]:
            here = {"roadmap_id": roadmap.roadmap_id, "config": config_of(language)}
            await self._session.execute(_ADD, here | values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the text of a content is: here, or stored under an id."""

    content_id: UUID
    stored_id: UUID | None = None
    reported: tuple[str, ...] = ()
    passages: Sequence[Passage] = ()


def _passages(source: str, stored: Any, reported: Collection[str]) -> Sequence[Passage]:
    if source == "note":
        return (Passage("", stored),)
    kind = ArtefactKind(source)
    body = without_reported(stored, reported) if kind == ArtefactKind.QUIZ else stored
    return tuple(KINDS[kind].passages(body))

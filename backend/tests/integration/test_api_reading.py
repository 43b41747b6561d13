"""Reads of a roadmap over HTTP: what they cost, that they are never stale, and how they are compressed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from asyncpg.prepared_stmt import PreparedStatement
from factories import a_batch
from httpx2 import AsyncClient, Response
from integration.conftest import Desk, a_roadmap_that_is, problem_in
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import deps
from app.db.tables import roadmap_progress
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import LOCAL_VIEWER, Viewer
from app.live.event_hub import EventHub
from app.live.event_stream import EventStream, Wish
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal

ROADMAPS = "/api/v1/roadmaps"
PLAIN = {"Accept-Encoding": "identity"}
PACKED = {"Accept-Encoding": "gzip"}


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queries that the driver sends, but for looks at the schema's revision."""
    seen: list[str] = []
    fetch = PreparedStatement.fetch

    async def noting(self: PreparedStatement, *arguments: Any, **options: Any) -> Any:
        if "alembic_version" not in self.get_query():
            seen.append(self.get_query())
        return await fetch(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(PreparedStatement, "fetch", noting)
        yield seen


async def read(api: AsyncClient, roadmap_id: UUID, **headers: str) -> Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.get(f"{ROADMAPS}/{roadmap_id}", headers=names)


async def test_simultaneous_first_reads_are_one(api: AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    roadmap_id = await desk.drafted()
    with statements(monkeypatch) as seen:
        answers = await asyncio.gather(*(read(api, roadmap_id) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len([statement for statement in seen if "FROM concepts" in statement]) == 1


async def test_an_unchanged_roadmap_costs_one_indexed_query(
    api: AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    roadmap_id = await desk.drafted()
    first = await read(api, roadmap_id)
    with statements(monkeypatch) as seen:
        assert (await read(api, roadmap_id, If_None_Match=first.headers["etag"])).status_code == 304
        assert (await read(api, roadmap_id)).content == first.content
    assert len(seen) == 2, "one each"
    assert all("roadmap_progress" in statement for statement in seen)


async def test_positions_that_are_asked_for_meanwhile_are_read_together(
    api: AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = await desk.drafted(), await desk.drafted()
    for roadmap_id in (mine, other):
        await read(api, roadmap_id)
    with statements(monkeypatch) as seen:
        answers = await asyncio.gather(*(read(api, one) for one in (mine, other, uuid4()) * 10))
    assert [answer.status_code for answer in answers] == [200, 200, 404] * 10
    assert [answer.json()["roadmap_id"] for answer in answers[:2]] == [str(mine), str(other)]
    assert len(seen) < 30


async def test_a_lost_connection_is_replaced(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    await read(api, roadmap_id)

    async def end_connections(session: AsyncSession) -> None:
        await session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'greenway-api'")
        )

    await desk.execute(end_connections)
    assert (await read(api, roadmap_id)).status_code == 200


async def test_a_roadmap_that_is_kept_is_still_only_its_owners(
    api: AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    roadmap_id = await desk.drafted()
    etag = (await read(api, roadmap_id)).headers["etag"]
    monkeypatch.setattr(deps, "LOCAL_VIEWER", Viewer("stranger"))
    problem_in(await read(api, roadmap_id), 404, "not_found")
    problem_in(await read(api, roadmap_id, If_None_Match=etag), 404, "not_found")


async def test_in_the_trash_it_is_gone_and_restored_it_is_there(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    before = await read(api, roadmap_id)
    assert (await api.delete(f"{ROADMAPS}/{roadmap_id}")).status_code == 204
    problem_in(await read(api, roadmap_id), 404, "not_found")
    problem_in(await read(api, roadmap_id, If_None_Match=before.headers["etag"]), 404, "not_found")
    restored = await api.post(f"{ROADMAPS}/{roadmap_id}/restore")
    assert (await read(api, roadmap_id)).content == restored.content
    assert restored.json()["stages"] == before.json()["stages"]


async def changed_by_a_worker(api: AsyncClient, desk: Desk, roadmap_id: UUID) -> None:
    await api.post(f"{ROADMAPS}/{roadmap_id}/approve")


async def learned(api: AsyncClient, desk: Desk, roadmap_id: UUID) -> None:
    await api.put(f"{ROADMAPS}/{roadmap_id}/concepts/c0/learned", json={"learned": True})


async def in_another_epoch(api: AsyncClient, desk: Desk, roadmap_id: UUID) -> None:
    async def renew(session: AsyncSession) -> None:
        here = roadmap_progress.c.roadmap_id == roadmap_id
        await session.execute(update(roadmap_progress).where(here).values(epoch=uuid4()))

    await desk.execute(renew)


@pytest.mark.parametrize("change", [changed_by_a_worker, learned, in_another_epoch])
async def test_a_read_shows_what_was_committed_before(
    change: Callable[[AsyncClient, Desk, UUID], Any], api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await desk.drafted()
    before = await read(api, roadmap_id)
    await change(api, desk, roadmap_id)
    after = await read(api, roadmap_id, If_None_Match=before.headers["etag"])
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.content == (await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)).body


@pytest.mark.parametrize("refusing", ["identity", "gzip;q=0", "gzip; q=0.0, identity", "gzip;\tq=0", ""])
async def test_who_takes_no_gzip_gets_none(refusing: str, api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    answer = await read(api, roadmap_id, Accept_Encoding=refusing)
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_each_encoding_has_its_own_entity_tag_and_both_name_the_state(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    plain, packed = await read(api, roadmap_id, **PLAIN), await read(api, roadmap_id, **PACKED)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < len(plain.content) == int(plain.headers["content-length"])
    assert packed.content == plain.content, "as the client has unpacked it"
    assert packed.headers["etag"] != plain.headers["etag"]
    for first in (plain, packed):
        for headers, then in ((PLAIN, plain), (PACKED, packed)):
            answer = await read(api, roadmap_id, **headers, If_None_Match=first.headers["etag"])
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == then.headers["etag"]
            assert answer.headers["vary"] == "Accept-Encoding"
    edit = {"operations": [{"op": "retitle", "title": "Mine"}]}
    condition = {"If-Match": packed.headers["etag"]}
    edited = await api.post(f"{ROADMAPS}/{roadmap_id}/outline/operations", json=edit, headers=condition)
    assert edited.status_code == 200
    stale = await api.post(f"{ROADMAPS}/{roadmap_id}/outline/operations", json=edit, headers=condition)
    problem_in(stale, 412, "stale")


@pytest.mark.parametrize("encoding", [PLAIN, PACKED])
async def test_head_tells_what_get_would(encoding: dict[str, str], api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    got = await read(api, roadmap_id, **encoding)
    head = await api.head(f"{ROADMAPS}/{roadmap_id}", headers=encoding)
    named = ("etag", "content-length", "content-type", "vary", "cache-control")
    assert head.status_code == 200
    assert [head.headers[name] for name in named] == [got.headers[name] for name in named]
    again = await api.head(f"{ROADMAPS}/{roadmap_id}", headers={**encoding, "If-None-Match": got.headers["etag"]})
    assert again.status_code == 304


async def test_other_long_answers_are_compressed_and_short_ones_are_not(api: AsyncClient, desk: Desk) -> None:
    for _ in range(4):
        await desk.drafted()
    listed = await api.get(ROADMAPS, headers=PACKED)
    assert listed.headers["content-encoding"] == "gzip"
    assert listed.headers["vary"] == "Accept-Encoding"
    plain = await api.get(ROADMAPS, headers=PLAIN)
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.json() == listed.json()
    assert "content-encoding" not in (await api.get("/health", headers=PACKED)).headers


@pytest.fixture
async def stream(desk: Desk, redis_url: str) -> AsyncIterator[EventStream]:
    redis = create_redis(redis_url)
    hub = EventHub(desk.sessions, redis, EventSeal(desk.sessions))
    hub.start()
    yield EventStream(hub, desk.read.roadmaps, heartbeat=20, most=10)
    await hub.stop()
    await redis.aclose()


async def test_a_snapshot_is_the_roadmap_as_it_is_read(stream: EventStream, api: AsyncClient, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    await store.save(a_batch("c0"))
    frames = stream.follow(LOCAL_VIEWER, claim.roadmap_id, Wish())
    snapshot = await anext(frames)
    await frames.aclose()
    body = (await read(api, claim.roadmap_id)).content
    assert snapshot.data == b'{"type":"snapshot","roadmap":' + body + b"}"

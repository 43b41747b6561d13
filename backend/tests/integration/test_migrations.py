"""A database of an earlier version comes up to date with all that it holds."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from alembic import command
from integration.conftest import Desk, a_roadmap_that_is
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.db.migrate import alembic_config, upgrade
from app.db.session import safe_session_with_retry
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import LOCAL_VIEWER


async def test_events_that_do_not_tell_what_they_changed_lie_below_the_floor(desk: Desk, database_url: str) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    before = await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)

    async def without_changes(session: AsyncSession) -> None:
        await session.execute(text("UPDATE events SET body = (body::jsonb - 'changes')::json"))

    await desk.execute(without_changes)
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0008")
    await asyncio.to_thread(upgrade, database_url)
    assert await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id) == before
    position = await desk.read.roadmaps.position(LOCAL_VIEWER, roadmap_id)
    assert position.floor == position.seq == before.seq
    await desk.roadmaps.mark_learned(LOCAL_VIEWER, roadmap_id, "c1", learned=True)
    [newest] = await events_after(desk, roadmap_id, position.floor)
    assert newest["seq"] == position.seq + 1
    assert newest["changes"]["concepts"][0]["concept_id"] == "c1"
    shown = orjson.loads((await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)).body)
    assert shown["seq"] == newest["seq"]


async def events_after(desk: Desk, roadmap_id: UUID, seq: int) -> list[dict[str, Any]]:
    async def work(session: AsyncSession) -> list[dict[str, Any]]:
        query = text("SELECT body FROM events WHERE roadmap_id = :id AND seq > :seq ORDER BY seq")
        return list((await session.execute(query, {"id": roadmap_id, "seq": seq})).scalars())

    return await safe_session_with_retry(desk.sessions, work)


LEASE = "INSERT INTO workers (id, name, held_since, expires_at) VALUES ($1, 'host:7', now(), now() + interval '2 s')"
RENEWAL = "UPDATE workers SET expires_at = now() + interval '2 s' WHERE name = 'host:7'"


async def before_artefacts(database_url: str) -> asyncpg.Connection:
    """A database as workers of earlier versions know it, which one of them has used a moment ago."""
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0009")
    connection = await asyncpg.connect(database_url)
    await connection.execute(LEASE, uuid4())
    return connection


async def test_nothing_is_moved_from_under_a_worker_that_lives(desk: Desk, database_url: str) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    connection = await before_artefacts(database_url)
    tutorials = await connection.fetchval("SELECT count(*) FROM tutorials")
    migration = asyncio.create_task(asyncio.to_thread(upgrade, database_url))
    while not migration.done():
        await connection.execute(RENEWAL)
        await asyncio.sleep(0.1)
    with pytest.raises(Conflict, match=r"A worker of an earlier version is running \(host:7\)"):
        await migration
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "0009"
    assert await connection.fetchval("SELECT count(*) FROM tutorials") == tutorials > 0
    await connection.execute("DELETE FROM workers")
    await connection.close()
    await asyncio.to_thread(upgrade, database_url)
    concept = await desk.concept(roadmap_id, "c1")
    assert concept["tutorial"]["version"] == 1


async def test_the_lease_of_a_dead_worker_is_waited_for(desk: Desk, database_url: str) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    before = await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
    connection = await before_artefacts(database_url)
    await connection.close()
    await asyncio.to_thread(upgrade, database_url)
    assert await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id) == before

"""A database of an earlier version comes up to date with all that it holds."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
from alembic import command
from integration.conftest import Desk, a_roadmap_that_is
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

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

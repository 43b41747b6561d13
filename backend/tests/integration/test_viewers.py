"""What belongs to one user is, for another one, not there: under every address, and in the live events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient
from integration.conftest import Desk, a_roadmap_that_is, serving
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import deps
from app.core.settings import Settings
from app.db.session import DatabaseUnavailable
from app.db.tables import roadmaps, users
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import LOCAL_VIEWER, NoSuchRoadmap, Viewer
from app.live.event_hub import EventHub
from app.live.event_stream import EventStream
from app.live.live_feed import EncodedFrame, FeedEnded
from app.main import create_app
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal

STRANGER = Viewer("stranger")
BODIES: dict[str, Any] = {
    "revise_outline": {"feedback": "shorter"},
    "apply_operations": {"operations": [{"op": "retitle", "title": "Mine"}]},
    "edit_outline": {
        "title": "Mine",
        "stages": [
            {
                "stage_id": "s",
                "name": "S",
                "modules": [
                    {
                        "module_id": "m",
                        "name": "M",
                        "concepts": [{"concept_id": "c", "name": "C", "description": "d", "estimated_hours": 1}],
                    }
                ],
            }
        ],
    },
    "restore_version": {"artefact": "quiz", "version": 1},
    "attempt_quiz": {"answers": {}},
    "mark_learned": {"learned": True},
    "regenerate_concept": {"artefacts": ["quiz"]},
    "put_note": {"markdown": "Mine."},
    "report_question": {"reason": "Mine."},
}


@pytest.mark.parametrize("status", [RoadmapStatus.AWAITING_REVIEW, RoadmapStatus.COMPLETED, RoadmapStatus.PARTIAL])
async def test_no_route_shows_or_changes_the_roadmap_of_another_user(
    status: RoadmapStatus, settings: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    roadmap_id = await a_roadmap_that_is(status, desk)
    mine = await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
    app = create_app(settings)
    monkeypatch.setattr(deps, "LOCAL_VIEWER", STRANGER)
    asked = 0
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as api,
    ):
        for path, operations in app.openapi()["paths"].items():
            if "{roadmap_id}" not in path:
                continue
            address = path.format(roadmap_id=roadmap_id, concept_id="c0", question_id="q1", number=1)
            for method, operation in operations.items():
                body = BODIES.get(operation["operationId"])
                assert body is not None or "requestBody" not in operation
                response = await api.request(method.upper(), address, json=body)
                assert response.status_code == 404, f"{method} {path}: {response.text}"
                assert "no such roadmap" in response.json()["detail"]
                asked += 1
        assert (await api.get("/api/v1/roadmaps")).json()["items"] == []
        assert (await api.get(f"/api/v1/tasks/{await task_of(desk, roadmap_id)}")).status_code == 404
    assert asked >= 25
    assert await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id) == mine


async def task_of(desk: Desk, roadmap_id: UUID) -> UUID:
    return UUID(desk.events.published[-1].model_dump(mode="json")["task_id"])


@pytest.fixture
async def hub(desk: Desk, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EventHub]:
    monkeypatch.setattr("app.live.event_hub.CHECK_EVERY", 0.05)
    redis = create_redis(redis_url)
    hub = EventHub(desk.sessions, redis, EventSeal(desk.sessions))
    hub.start()
    yield hub
    await hub.stop()
    await redis.aclose()


async def test_a_stranger_cannot_listen_not_even_beside_the_owner(desk: Desk, hub: EventHub) -> None:
    roadmap_id = await desk.drafted()
    with pytest.raises(NoSuchRoadmap):
        async with hub.listen(STRANGER, roadmap_id):
            pass
    async with hub.listen(LOCAL_VIEWER, roadmap_id) as (listener, position):
        with pytest.raises(NoSuchRoadmap):
            async with hub.listen(STRANGER, roadmap_id):
                pass
        await desk.steering.approve(LOCAL_VIEWER, roadmap_id)
        assert (await listener.take(20))[0].seq == position.seq + 1, "the owner goes on listening"


async def test_nothing_is_subscribed_to_for_those_who_may_not_listen_or_whose_roadmap_is_deleted(
    desk: Desk, hub: EventHub
) -> None:
    roadmap_id = await desk.drafted()
    for viewer, unknown in ((STRANGER, roadmap_id), (LOCAL_VIEWER, uuid4())):
        with pytest.raises(NoSuchRoadmap):
            async with hub.listen(viewer, unknown):
                pass
    await nothing_is_subscribed_to(hub)
    async with hub.listen(LOCAL_VIEWER, roadmap_id) as (listener, _):
        await desk.roadmaps.delete(LOCAL_VIEWER, roadmap_id)
        with pytest.raises(FeedEnded, match="deleted"):
            while True:
                await listener.take(20)
    await nothing_is_subscribed_to(hub)


async def test_a_stream_that_cannot_go_on_ends_and_breaks_nothing(
    settings: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> AsyncIterator[EncodedFrame]:
        yield EncodedFrame("heartbeat", b"{}")
        raise DatabaseUnavailable("it is away")

    roadmap_id = await desk.drafted()
    monkeypatch.setattr(EventStream, "follow", away)
    async with serving(settings) as api:
        answer = await api.get(f"/api/v1/roadmaps/{roadmap_id}/events")
    assert (answer.status_code, answer.content.count(b"data:")) == (200, 1)


async def nothing_is_subscribed_to(hub: EventHub) -> None:
    async with asyncio.timeout(5):
        while hub._subscription.channels:
            await asyncio.sleep(0.01)


async def test_who_loses_the_roadmap_hears_no_more_of_it_and_the_new_owner_does(desk: Desk, hub: EventHub) -> None:
    roadmap_id = await desk.drafted()

    async def give_away(session: AsyncSession) -> None:
        await session.execute(insert(users).values(id=STRANGER.user_id))
        await session.execute(update(roadmaps).where(roadmaps.c.id == roadmap_id).values(user_id=STRANGER.user_id))

    async with hub.listen(LOCAL_VIEWER, roadmap_id) as (mine, _):
        await desk.execute(give_away)
        with pytest.raises(FeedEnded, match="deleted"):
            await mine.take(20)
        async with hub.listen(STRANGER, roadmap_id) as (theirs, position):
            await desk.steering.approve(STRANGER, roadmap_id)
            assert (await theirs.take(20))[0].seq == position.seq + 1

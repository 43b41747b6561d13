"""Health, readiness and metrics; and what still works while the database or Redis is away."""

from dataclasses import replace
from uuid import UUID

import pytest
from httpx2 import ASGITransport, AsyncClient
from integration.conftest import Desk, problem_in, serving, settings_with
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.settings import Settings
from app.db.positions import Positions
from app.domain.tasks import TaskStatus
from app.domain.viewer import LOCAL_VIEWER
from app.embedded.ports import free_port
from app.main import create_app
from app.reading.roadmaps import RoadmapReader
from app.reading.transaction import Reads
from app.reading.views import RoadmapPage

ROADMAPS = "/api/v1/roadmaps"
SOME = "01890000-0000-7000-8000-000000000000"
GOAL = {"goal": "Learn SQL for data analysis"}


@pytest.fixture
def without_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_with(monkeypatch, DATABASE_URL=f"postgresql://nobody:secret@127.0.0.1:{free_port()}/nowhere")


@pytest.fixture
def without_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_with(monkeypatch, REDIS_URL=f"redis://:secret@127.0.0.1:{free_port()}/0")


async def test_a_living_process_is_healthy(api: AsyncClient) -> None:
    response = await api.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_with_everything_there_it_is_ready(api: AsyncClient) -> None:
    response = await api.get("/readyz")
    assert response.status_code == 200
    body = response.json()
    assert body["status"] == "ready"
    assert {name: check["ok"] for name, check in body["checks"].items()} == {
        "database": True,
        "schema": True,
        "redis": True,
    }
    assert "retry-after" not in response.headers


async def test_without_a_schema_it_is_not_ready(api: AsyncClient, desk: Desk) -> None:
    async def forget(session: AsyncSession) -> None:
        await session.execute(text("DROP SCHEMA public CASCADE"))
        await session.execute(text("CREATE SCHEMA public"))

    await desk.execute(forget)
    response = await api.get("/readyz")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    checks = response.json()["checks"]
    assert checks["database"]["ok"]
    assert not checks["schema"]["ok"]
    assert "greenway migrate" in checks["schema"]["message"]


async def test_with_an_old_schema_it_is_not_ready(api: AsyncClient, desk: Desk) -> None:
    async def age(session: AsyncSession) -> None:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    await desk.execute(age)
    response = await api.get("/readyz")
    assert response.status_code == 503
    assert not response.json()["checks"]["schema"]["ok"]


async def test_metrics_have_the_promised_names_and_labels(api: AsyncClient) -> None:
    exposition = (await api.get("/metrics")).text
    kinds = dict(line.split()[2:] for line in exposition.splitlines() if line.startswith("# TYPE "))
    assert (
        kinds.items()
        >= {
            "content_generation_incremental_saves_total": "counter",
            "content_generation_batch_size": "histogram",
            "content_generation_db_write_seconds": "histogram",
            "greenway_tasks": "gauge",
            "greenway_concepts_total": "counter",
            "greenway_artefact_seconds": "histogram",
            "greenway_llm_tokens_total": "counter",
            "greenway_llm_cost_usd_total": "counter",
            "greenway_events_published_total": "counter",
            "greenway_websocket_connections": "gauge",
            "greenway_task_recoveries_total": "counter",
            "greenway_http_request_seconds": "histogram",
        }.items()
    )


async def test_metrics_show_a_roadmap_that_never_gets_a_worker(api: AsyncClient, desk: Desk) -> None:
    created = await desk.drafting()

    async def wait_an_hour(session: AsyncSession) -> None:
        past = """
            UPDATE events SET body = jsonb_set(body::jsonb, '{at}', to_jsonb(now() - interval '1 hour'))::json
            WHERE roadmap_id = :id
        """
        await session.execute(text(past), {"id": created.roadmap_id})

    def silence(status: str) -> float:
        (line,) = [
            line
            for line in exposition.splitlines()
            if line.startswith(f'greenway_task_silence_seconds{{kind="draft",status="{status}"}}')
        ]
        return float(line.split()[-1])

    await desk.execute(wait_an_hour)
    exposition = (await api.get("/metrics")).text
    assert silence("queued") >= 3600
    assert silence("running") == 0
    assert "greenway_workers 0.0" in exposition
    worker = await desk.a_worker()
    assert await worker.claim(created.task_id) is not None
    exposition = (await api.get("/metrics")).text
    assert silence("queued") == 0
    assert 0 < silence("running") < 3600
    assert "greenway_workers 1.0" in exposition


async def test_metrics_count_the_tasks_of_the_database(api: AsyncClient, desk: Desk) -> None:
    await desk.claimed()
    await api.post(ROADMAPS, json=GOAL)
    exposition = (await api.get("/metrics")).text
    assert 'greenway_tasks{kind="draft",status="queued"} 1.0' in exposition
    assert 'greenway_tasks{kind="draft",status="completed"} 1.0' in exposition
    assert 'greenway_tasks{kind="content",status="running"} 1.0' in exposition
    assert 'greenway_tasks{kind="content",status="failed"} 0.0' in exposition


async def requests_counted(api: AsyncClient, method: str, route: str, status: int) -> float:
    sample = f'greenway_http_request_seconds_count{{method="{method}",route="{route}",status="{status}"}} '
    lines = (await api.get("/metrics")).text.splitlines()
    return next((float(line.removeprefix(sample)) for line in lines if line.startswith(sample)), 0)


async def test_requests_are_counted_by_route(api: AsyncClient, desk: Desk) -> None:
    """By the whole route, as the OpenAPI document spells it."""
    roadmap_id = await desk.drafted()
    counted = ("GET", "/api/v1/roadmaps/{roadmap_id}", 200)
    before = await requests_counted(api, *counted)
    await api.get(f"{ROADMAPS}/{roadmap_id}")
    assert await requests_counted(api, *counted) == before + 1


async def test_no_label_holds_an_id(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    for path in (f"{ROADMAPS}/{roadmap_id}", f"{ROADMAPS}/{roadmap_id}/concepts/c0", f"/no/such/address/{roadmap_id}"):
        await api.get(path)
    assert str(roadmap_id) not in (await api.get("/metrics")).text


async def test_invented_methods_and_addresses_make_no_new_series(api: AsyncClient) -> None:
    """Otherwise anybody could fill the memory of the process and of Prometheus."""

    async def series() -> int:
        return (await api.get("/metrics")).text.count("greenway_http_request_seconds_count{")

    await series()  # makes one of its own
    await api.request("INVENTED0", "/no/such/address")
    before = await series()
    for number in range(1, 4):
        await api.request(f"INVENTED{number}", f"/no/such/address/{number}")
    assert await series() == before


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/"])
async def test_what_else_stands_outside_the_prefix(path: str, api: AsyncClient) -> None:
    assert (await api.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ROADMAPS),
        ("POST", ROADMAPS),
        ("GET", f"{ROADMAPS}/{SOME}"),
        ("DELETE", f"{ROADMAPS}/{SOME}"),
        ("POST", f"{ROADMAPS}/{SOME}/approve"),
        ("GET", f"{ROADMAPS}/{SOME}/concepts/c0"),
        ("GET", f"{ROADMAPS}/{SOME}/events"),
        ("GET", f"/api/v1/tasks/{SOME}"),
    ],
)
async def test_without_the_database_requests_are_told_to_come_again(
    method: str, path: str, without_database: Settings
) -> None:
    async with serving(without_database) as api:
        response = await api.request(method, path, json=GOAL if path == ROADMAPS and method == "POST" else None)
        problem_in(response, 503, "database_unavailable")
        assert int(response.headers["retry-after"]) > 0
        assert "secret" not in response.text


async def test_without_the_database_it_lives_but_is_not_ready(without_database: Settings) -> None:
    async with serving(without_database) as api:
        assert (await api.get("/health")).status_code == 200
        assert (await api.get("/metrics")).status_code == 200
        response = await api.get("/readyz")
        assert response.status_code == 503
        assert not response.json()["checks"]["database"]["ok"]
        assert response.json()["checks"]["redis"]["ok"]
        assert "secret" not in response.text


async def test_without_redis_roadmaps_are_created_and_wait_for_a_worker(without_redis: Settings, desk: Desk) -> None:
    async with serving(without_redis) as api:
        response = await api.post(ROADMAPS, json=GOAL)
        assert response.status_code == 202
    task = await desk.read.tasks.task(LOCAL_VIEWER, UUID(response.json()["task_id"]))
    assert task.status == TaskStatus.QUEUED


async def test_without_redis_a_roadmap_can_be_read_and_steered(without_redis: Settings, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    async with serving(without_redis) as api:
        assert (await api.get(ROADMAPS)).status_code == 200
        assert (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()["status"] == "awaiting_review"
        assert (await api.post(f"{ROADMAPS}/{roadmap_id}/approve")).status_code == 202
        assert (await api.post(f"{ROADMAPS}/{roadmap_id}/cancel")).status_code == 202
        assert (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()["status"] == "cancelled"


async def test_without_redis_it_is_not_ready_and_says_so(without_redis: Settings) -> None:
    async with serving(without_redis) as api:
        response = await api.get("/readyz")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {"database": True, "schema": True, "redis": False}
    assert "Redis" in checks["redis"]["message"]
    assert "secret" not in response.text


class BrokenReader(RoadmapReader):
    """Has a bug, the text of which is nobody's business."""

    async def list(self, *_: object, **__: object) -> RoadmapPage:
        raise RuntimeError("the password is hunter2")


async def test_a_bug_is_told_without_its_text(settings: Settings, desk: Desk) -> None:
    app = create_app(settings)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://localhost") as api,
    ):
        read = replace(app.state.services.read, roadmaps=BrokenReader(Reads(desk.sessions), Positions(desk.sessions)))
        app.state.services = replace(app.state.services, read=read)
        before = await requests_counted(api, "GET", ROADMAPS, 500)
        response = await api.get(ROADMAPS, headers={"X-Request-ID": "mine"})
        assert response.status_code == 500
        assert "hunter2" not in response.text
        assert "RuntimeError" not in response.text
        assert problem_in(response, 500, "internal")["request_id"] == "mine"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert await requests_counted(api, "GET", ROADMAPS, 500) == before + 1

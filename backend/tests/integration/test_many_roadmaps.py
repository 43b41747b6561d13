"""With very many roadmaps, lists by status and metrics stay cheap: what they read is found by an index."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from databases import fresh_database
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.settings import sqlalchemy_url
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.session import Sessions, create_engine, create_sessions
from app.domain.roadmap import ListOrder
from app.domain.tasks import RoadmapStatus, TaskKind, TaskStatus
from app.domain.viewer import LOCAL_VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY, FEW = 20_000, 5
ADD = """
    INSERT INTO roadmaps (id, user_id, request, author, title, kinds, auto_approve, task_id)
        SELECT id, 'local', '{"goal": "Learn SQL", "language": "en"}', 'test:author', 'SQL',
            '{tutorial,resources,quiz}', true, task_id
        FROM added;
    INSERT INTO roadmap_progress (roadmap_id, epoch, total, completed) SELECT id, id, 30, completed FROM added;
    INSERT INTO tasks (id, roadmap_id, kind, status, returns_to)
        SELECT task_id, id, kind, status, returns_to FROM added
"""
ADDED = "CREATE TEMP TABLE added (id uuid, task_id uuid, kind text, status text, returns_to text, completed int)"
A_ROW = "INSERT INTO added VALUES (gen_random_uuid(), gen_random_uuid(), :kind, :status, :returns_to, :completed)"


@pytest.fixture(scope="module")
def database_url(migrated: str) -> Iterator[str]:
    with fresh_database(migrated) as url:
        yield url


@pytest.fixture(scope="module")
def another_database_url(migrated: str) -> Iterator[str]:
    with fresh_database(migrated) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="module")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(sqlalchemy_url(database_url), pool_size=2, application_name="test")
    yield engine
    await engine.dispose()


async def add(sessions: Sessions, rows: list[dict[str, Any]], times: int = 1) -> None:
    """Add roadmaps whose newest tasks are those, each so many times."""
    async with sessions() as session, session.begin():
        await session.execute(text(f"{ADDED} ON COMMIT DROP"))
        await session.execute(text(A_ROW), rows)
        if times > 1:
            more = "SELECT gen_random_uuid(), gen_random_uuid(), kind, status, returns_to, completed FROM added"
            await session.execute(text(f"INSERT INTO added {more}, generate_series(2, {times})"))
        for statement in ADD.split(";"):
            await session.execute(text(statement))


def a_row(
    kind: TaskKind, status: TaskStatus, *, returns_to: RoadmapStatus | None = None, completed: int = 30
) -> dict[str, Any]:
    return {"kind": kind, "status": status, "returns_to": returns_to, "completed": completed}


@contextmanager
def statements_of(engine: AsyncEngine) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes_of(child)


async def plan_of(engine: AsyncEngine, statement: str, parameters: Any) -> dict[str, Any]:
    async with engine.connect() as connection:
        explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        found = (await connection.exec_driver_sql(explained, parameters)).scalar_one()
    (told,) = json.loads(found) if isinstance(found, str) else found
    plan: dict[str, Any] = told["Plan"]
    return plan


async def test_a_list_by_status_holds_what_is_in_that_status(engine: AsyncEngine) -> None:
    """The database says the same as `roadmap_status`, whatever state a roadmap is in."""
    sessions = create_sessions(engine)
    rows = [
        a_row(kind, status, returns_to=returns_to, completed=completed)
        for kind, status, returns_to, completed in product(TaskKind, TaskStatus, (None, *RoadmapStatus), (0, 30))
        if (kind == TaskKind.REVISE) == (returns_to is not None)
    ]
    await add(sessions, rows)
    async with sessions() as session:

        async def listed(*statuses: RoadmapStatus) -> list[RoadmapStatus]:
            found = await RoadmapRepository(session).list_roadmaps(
                LOCAL_VIEWER, sort=ListOrder.CREATED, after=None, limit=1000, statuses=statuses
            )
            return sorted(one.status for one in found)

        every = await listed()
        assert len(every) == len(rows)
        for status in RoadmapStatus:
            assert await listed(status) == [one for one in every if one == status] != []
        two = (RoadmapStatus.PARTIAL, RoadmapStatus.GENERATING)
        assert await listed(*two) == [one for one in every if one in two]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def many(another_database_url: str) -> AsyncIterator[AsyncEngine]:
    """Very many roadmaps that are completed, and a few in some other states."""
    engine = create_engine(sqlalchemy_url(another_database_url), pool_size=2, application_name="test")
    sessions = create_sessions(engine)
    await add(sessions, [a_row(TaskKind.CONTENT, TaskStatus.COMPLETED)], MANY)
    for status in (TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.RUNNING):
        await add(sessions, [a_row(TaskKind.CONTENT, status, completed=0)], FEW)
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE"))
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("sort", ListOrder)
@pytest.mark.parametrize(
    ("status", "length"),
    [
        (RoadmapStatus.COMPLETED, 21),
        (RoadmapStatus.FAILED, FEW),
        (RoadmapStatus.CANCELLED, FEW),
        (RoadmapStatus.GENERATING, FEW),
        (RoadmapStatus.DRAFTING, 0),
        (RoadmapStatus.PAUSED, 0),
    ],
)
async def test_a_list_by_status_reads_a_few_rows(
    many: AsyncEngine, status: RoadmapStatus, length: int, sort: ListOrder
) -> None:
    with statements_of(many) as seen:
        async with create_sessions(many)() as session:
            found = await RoadmapRepository(session).list_roadmaps(
                LOCAL_VIEWER, sort=sort, after=None, limit=21, statuses=[status]
            )
    assert len(found) == length
    (listing,) = [one for one in seen if "roadmaps" in one[0]]
    plan = await plan_of(many, *listing)
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 2000
    assert not [node for node in nodes_of(plan) if node["Node Type"] == "Seq Scan" and node["Actual Rows"] > 100]


async def test_the_tasks_that_have_not_ended_are_counted_by_an_index(many: AsyncEngine) -> None:
    with statements_of(many) as seen:
        async with create_sessions(many)() as session:
            counted = await TaskRepository(session).counts(active=True)
            await TaskRepository(session).longest_silence()
    assert counted == {(TaskKind.CONTENT, TaskStatus.RUNNING): FEW}
    for statement in [one for one in seen if "tasks" in one[0]]:
        plan = await plan_of(many, *statement)
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 200

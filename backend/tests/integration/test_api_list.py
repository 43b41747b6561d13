"""The list of roadmaps over HTTP, page by page."""

from typing import Any

from factories import a_batch
from httpx2 import AsyncClient
from integration.conftest import Desk, a_roadmap_that_is, generated, problem_in
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import roadmaps, users
from app.domain.tasks import RoadmapStatus
from app.reading.views import RoadmapPage

ROADMAPS = "/api/v1/roadmaps"


async def created(api: AsyncClient, number: int = 0) -> str:
    response = await api.post(ROADMAPS, json={"goal": f"Goal number {number}"})
    assert response.status_code == 202, response.text
    return str(response.json()["roadmap_id"])


async def test_an_empty_list_is_a_page(api: AsyncClient) -> None:
    assert (await api.get(ROADMAPS)).json() == {"items": [], "next_cursor": None}


async def test_pages_show_every_roadmap_once_the_newest_first(api: AsyncClient) -> None:
    ids = [await created(api, number) for number in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    sizes = []
    while True:
        response = await api.get(ROADMAPS, params=query)
        page = RoadmapPage.model_validate_json(response.content)
        seen += [str(item.roadmap_id) for item in page.items]
        sizes.append(len(page.items))
        if page.next_cursor is None:
            break
        query["cursor"] = page.next_cursor
    assert seen == ids[::-1]
    assert sizes == [2, 2, 1]


async def test_a_full_last_page_leads_nowhere(api: AsyncClient) -> None:
    for number in range(2):
        await created(api, number)
    assert (await api.get(ROADMAPS, params={"limit": 2})).json()["next_cursor"] is None


async def test_a_roadmap_that_is_made_while_someone_pages_shifts_nothing(api: AsyncClient) -> None:
    oldest, _ = await created(api), await created(api)
    first = (await api.get(ROADMAPS, params={"limit": 1})).json()
    await created(api)
    second = (await api.get(ROADMAPS, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [item["roadmap_id"] for item in second["items"]] == [oldest]


async def test_the_list_says_how_far_each_roadmap_is(api: AsyncClient, desk: Desk) -> None:
    await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk)
    (item,) = (await api.get(ROADMAPS)).json()["items"]
    assert item["status"] == "partial"
    assert (item["progress"]["partial"], item["progress"]["total"]) == (3, 3)


async def test_the_list_says_what_each_roadmap_allows_and_in_the_trash_nothing(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk)
    (item,) = (await api.get(ROADMAPS)).json()["items"]
    assert item["allowed"] == (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()["allowed"]
    assert "retry" in item["allowed"]
    await api.delete(f"{ROADMAPS}/{roadmap_id}")
    (item,) = (await api.get(ROADMAPS, params={"trash": True})).json()["items"]
    assert item["allowed"] == []


async def test_the_list_is_searched_filtered_and_paged(api: AsyncClient, desk: Desk) -> None:
    done = [await generated(desk, a_batch("c0", "c1", "c2")) for _ in range(3)]
    waiting = await desk.drafted()
    retitled = {"operations": [{"op": "retitle", "title": "100% Theremin"}]}
    assert (await api.post(f"{ROADMAPS}/{waiting}/outline/operations", json=retitled)).status_code == 200

    async def found(query: str) -> list[str]:
        return [one["roadmap_id"] for one in (await api.get(f"{ROADMAPS}?{query}")).json()["items"]]

    assert await found("q=theremin") == [str(waiting)]
    assert await found("q=100%25") == [str(waiting)]
    assert await found("status=completed") == [str(one) for one in reversed(done)]
    first = (await api.get(f"{ROADMAPS}?status=completed&limit=2")).json()
    assert [one["roadmap_id"] for one in first["items"]] == [str(done[2]), str(done[1])]
    assert await found(f"status=completed&limit=2&cursor={first['next_cursor']}") == [str(done[0])]
    await api.delete(f"{ROADMAPS}/{done[0]}")
    assert await found("trash=true") == [str(done[0])]
    assert str(done[0]) not in await found("")
    assert (await api.get(f"{ROADMAPS}/{done[0]}")).status_code == 404
    assert (await api.post(f"{ROADMAPS}/{done[0]}/restore")).status_code == 200
    assert (await api.post(f"{ROADMAPS}/{done[0]}/restore")).status_code == 404
    assert await found("trash=true") == []


async def test_another_users_roadmap_is_nowhere_to_be_seen(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()

    async def give_away(session: AsyncSession) -> None:
        await session.execute(users.insert().values(id="somebody"))
        await session.execute(roadmaps.update().values(user_id="somebody"))

    await desk.execute(give_away)
    assert (await api.get(ROADMAPS)).json()["items"] == []
    problem_in(await api.get(f"{ROADMAPS}/{roadmap_id}"), 404, "not_found")
    problem_in(await api.delete(f"{ROADMAPS}/{roadmap_id}"), 404, "not_found")
    problem_in(await api.post(f"{ROADMAPS}/{roadmap_id}/approve"), 404, "not_found")
